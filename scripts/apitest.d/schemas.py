"""Holds what `/v2/schemas` serves to its own draft, and the description's examples of requests to it: schemas.py URL DESCRIPTION."""

import json
import sys
import urllib.request

from jsonschema import Draft4Validator

# Request bodies of the description, and whose schema their payload has to pass.
PAYLOADS = {
    "Account": "accounts", "KeyLogin": "api_auth", "Login": "user_auth", "Mailbox": "vmboxes", "Media": "media", "Message": "vm_message_metadata",
    "User": "users", "Webhook": "webhooks",
}


def served(url, path):
    with urllib.request.urlopen(f"{url}/v2/schemas{path}") as answer:
        return json.load(answer)["data"]


def main():
    url, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        bodies = json.load(file)["components"]["requestBodies"]
    schemas = {name: served(url, f"/{name}") for name in served(url, "")}
    assert set(schemas) == set(PAYLOADS.values()), sorted(schemas)
    count = 0
    for schema in schemas.values():
        Draft4Validator.check_schema(schema)
    for body, name in PAYLOADS.items():
        media_type = bodies[body]["content"]["application/json"]
        shown = [example["value"] for example in media_type.get("examples", {}).values()] + [media_type[key] for key in ["example"] if key in media_type]
        for example in shown:
            Draft4Validator(schemas[name]).validate(example["data"])
            assert not Draft4Validator(schemas[name]).is_valid([example["data"]])
            count += 1
    print(f"{len(schemas)} schemas, {count} examples")


main()
