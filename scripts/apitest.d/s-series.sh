# Read by scripts/apitest.
share=17
removals=(deleteVoicemail deleteExtension)
endings=(refreshToken logout)

key=$("$aftertone" key create --account "$account" --kind s-series --json)
digest=$(pick password <<<"$key" | tr -d '\n' | md5sum | cut -d ' ' -f 1)
access="{\"login\":{\"username\":\"$(pick username <<<"$key")\",\"password\":\"$digest\",\"port\":\"1\"}}"
token=$(curl -fsS "$url/api/v1.1.0/login" -d "{\"username\":\"$(pick username <<<"$key")\",\"password\":\"$digest\",\"port\":\"1\"}" | pick token)
export APITEST_KNOWN="{\"extid\":\"1000\",\"number\":\"1000\",\"voicemailfile\":\"msg0000.wav\",\"recording\":\"$recording\"}"

configuration() {
    cat <<CONFIG
[parameters]
"query.extid" = { dictionary = "numbers", probability = 0.7 }
"query.number" = { dictionary = "numbers", probability = 0.7 }

[dictionaries]
numbers = { values = ["1000"] }

[auth.openapi]
token = { api_key = "$token" }
CONFIG
}
