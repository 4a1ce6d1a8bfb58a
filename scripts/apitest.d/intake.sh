# Read by scripts/apitest.
share=5
removals=()
endings=()

key=$(field api_key key create --account "$account" --kind intake)
access="{\"key\":\"$key\",\"file\":\"$scratch/tone.wav\"}"

configuration() {
    cat <<CONFIG
[auth.openapi]
bearer = { bearer = "$key" }
CONFIG
}
