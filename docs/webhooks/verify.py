#!/usr/bin/env python3
"""Checks a delivery of a webhook.

  verify.py SECRET ID TIMESTAMP SIGNATURE < BODY

SECRET is what `aftertone webhook secret` prints; ID, TIMESTAMP and SIGNATURE are the headers webhook-id, webhook-timestamp and
webhook-signature. Ends with 0 if the body is what was sent, within five minutes, and with 1 if not.
"""
import base64
import hashlib
import hmac
import sys
import time


def is_genuine(secret, identifier, timestamp, signatures, body, now=None):
    if not timestamp.isdigit() or abs((now or time.time()) - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = identifier.encode() + b"." + timestamp.encode() + b"." + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, signature) for signature in signatures.split(" "))


if __name__ == "__main__":
    sys.exit(0 if is_genuine(*sys.argv[1:5], sys.stdin.buffer.read()) else 1)
