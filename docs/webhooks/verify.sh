#!/usr/bin/env bash
# Checks a delivery of a webhook: verify.sh SECRET ID TIMESTAMP SIGNATURE < BODY
# SECRET is what `aftertone webhook secret` prints; the others are the headers webhook-id, webhook-timestamp and webhook-signature.
# Ends with 0 if the body is what was sent, within five minutes, and with 1 if not. For trying things out: the key is among openssl's arguments.
set -euo pipefail
secret=$1 id=$2 timestamp=$3 signatures=$4

[[ $timestamp =~ ^[0-9]+$ ]] || exit 1
age=$(($(date +%s) - timestamp))
((age <= 300 && age >= -300)) || exit 1
key=$(printf %s "${secret#whsec_}" | base64 --decode | od -An -v -tx1 | tr -d ' \n')
expected=v1,$({ printf '%s.%s.' "$id" "$timestamp" && cat; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64 --wrap=0)
for signature in $signatures; do
    [ "$signature" != "$expected" ] || exit 0
done
exit 1
