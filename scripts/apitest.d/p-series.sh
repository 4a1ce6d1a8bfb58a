# Read by scripts/apitest.
share=28
removals=(deleteExtensionGreeting deleteGroupGreeting deleteMessage deleteMessages deleteExtension)
endings=(refreshToken deleteToken)

key=$("$aftertone" key create --account "$account" --kind p-series --json)
access="{\"login\":{\"username\":\"$(pick client_id <<<"$key")\",\"password\":\"$(pick client_secret <<<"$key")\"}}"
token=$(curl -fsS "$url/openapi/v1.0/get_token" \
    -d "{\"username\":\"$(pick client_id <<<"$key")\",\"password\":\"$(pick client_secret <<<"$key")\"}" | pick access_token)
# ask PATH QUERY KEY...: a value of an answer.
ask() { local path=$1 query=$2; shift 2; curl -fsS "$url/openapi/v1.0/$path?access_token=$token&$query" | pick "$@"; }
extension=$(ask extension/list "" data 0 id)
msg_id=$(ask vm/get number=1000 data 0 msg_id)
recording_id=$(ask recording/list "" data 0 id)
export APITEST_KNOWN="{\"owner\":\"1000\",\"number\":\"1000\",\"vm_to_number\":\"1000\",\"id\":\"$msg_id\"}"

configuration() {
    cat <<CONFIG
[parameters]
"query.id" = { dictionary = "ids", probability = 0.7 }
"query.ids" = { dictionary = "ids", probability = 0.7 }
"query.number" = { dictionary = "numbers", probability = 0.7 }
"query.extension" = { dictionary = "numbers", probability = 0.7 }
"query.owner" = { dictionary = "numbers", probability = 0.7 }
"query.vm_to_number" = { dictionary = "numbers", probability = 0.7 }

[dictionaries]
ids = { values = ["$extension", "$msg_id", "$recording_id"] }
numbers = { values = ["1000"] }

[auth.openapi]
token = { api_key = "$token" }
CONFIG
}
