# Read by scripts/apitest.
share=50
checks=$everywhere,unsupported_method
removals=(deleteMessages deleteMessage deleteMailbox deleteMedia deleteUser deleteWebhook)
endings=(logOut deleteAccount)

token=$(field token token create --account "$account" --ttl 86400)
access="{\"login\":{\"credentials\":\"$(printf 'tester:a long secret' | md5sum | cut -d ' ' -f 1)\",\"account_name\":\"kazoo\"}}"
media=$(curl -fsS -X PUT "$url/v2/accounts/$account/media" -H "X-Auth-Token: $token" -d '{"data":{"name":"greeting"}}' | pick data id)

configuration() {
    cat <<CONFIG
[parameters]
"path.account_id" = "$account"
"path.box_id" = { dictionary = "boxes", probability = 0.8 }
"path.message_id" = { dictionary = "messages", probability = 0.8 }
"path.user_id" = { dictionary = "users", probability = 0.8 }
"path.media_id" = { dictionary = "media", probability = 0.8 }

[dictionaries]
boxes = { values = ["$box"] }
messages = { values = ["$message"] }
users = { values = ["$user"] }
media = { values = ["$media"] }

[auth.openapi]
token = { api_key = "$token" }
CONFIG
}
