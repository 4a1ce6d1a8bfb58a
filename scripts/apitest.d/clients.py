"""Uses what generators make of an OpenAPI description: clients.py NAME DESCRIPTION DIRECTORY.

The directory holds the client that openapi-python-client made, as the package `client`, and the models that datamodel-codegen made,
as the module `models`. Where the server is and what opens it comes from the environment.
"""

import importlib
import json
import os
import pathlib
import sys

URL = os.environ["APITEST_URL"]
ACCESS = json.loads(os.environ["APITEST_ACCESS"])
METHODS = {"get", "put", "post", "patch", "delete"}


def operations(description):
    return [operation for item in description["paths"].values() for method, operation in item.items() if method in METHODS]


def call(endpoint, *arguments, client, **options):
    """Calls one endpoint of the generated client, and gives what it made of the answer."""
    answer = importlib.import_module(f"client.api.{endpoint}").sync_detailed(*arguments, client=client, **options)
    assert answer.parsed is not None, f"{endpoint}: {answer.status_code} {answer.content[:500]}"
    return answer.parsed


def model(name, values):
    return getattr(importlib.import_module("client.models"), name).from_dict(values)


def clients():
    module = importlib.import_module("client")
    return module.Client, module.AuthenticatedClient


def kazoo():
    anyone, known = clients()
    session = call("logging_in.log_in", client=anyone(base_url=URL), body=model("LoginRequest", {"data": ACCESS["login"]}))
    client, account = known(base_url=URL, token=session.auth_token), session.data.account_id
    boxes = call("mailboxes.list_mailboxes", account, client=client).data
    assert [box.mailbox for box in boxes] == ["1000"], boxes
    messages = call("messages.list_messages", account, boxes[0].id, client=client).data
    assert [message.caller_id_number for message in messages] == ["2001"], messages
    schema = call("front_ends.get_schema", importlib.import_module("client.models").GetSchemaSchemaId("vmboxes"), client=anyone(base_url=URL))
    assert schema.data.required == ["name", "mailbox"], schema


def p_series():
    anyone, known = clients()
    token = call("tokens.get_token", client=anyone(base_url=URL), body=model("GetTokenBody", ACCESS["login"]))
    messages = call("vm.get_messages", client=known(base_url=URL, token=token.access_token), number="1000")
    assert [message.number for message in messages.data] == ["2001"], messages


def s_series():
    anyone, _ = clients()
    models = importlib.import_module("client.models")
    version = models.LoginVersion("v1.1.0")
    token = call("sessions.login", version, client=anyone(base_url=URL), body=model("Login", ACCESS["login"])).token
    # The token is a parameter of the query, which a generated client is told once for all requests.
    client = anyone(base_url=URL, httpx_args={"params": {"token": token}})
    found = call("voicemail.query_voicemail", models.QueryVoicemailVersion("v1.1.0"), client=client, body=model("Extensions", {"extid": "1000"}))
    assert [message.messagefrom for box in found.voicemails for message in box.voicemail], found


def intake():
    _, known = clients()
    client = known(base_url=URL, token=ACCESS["key"])
    file = importlib.import_module("client.types").File
    with open(ACCESS["file"], "rb") as audio:
        recording = call("recordings.put_recording", "generated.wav", client=client, body=file(audio), caller="2001", callee="1000", type_="in")
    assert (recording.from_, recording.to, recording.type_.value) == ("2001", "1000", "Inbound"), recording


def main():
    name, path, directory = sys.argv[1:]
    description = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    sys.path.insert(0, directory)
    made = [file for file in pathlib.Path(directory, "client", "api").glob("*/*.py") if file.name != "__init__.py"]
    assert len(made) == len(operations(description)), f"{len(made)} endpoints of {len(operations(description))}"
    models = importlib.import_module("models")
    missing = [schema for schema in description["components"]["schemas"] if not hasattr(models, schema)]
    assert not missing, f"no models of {missing}"
    {"kazoo": kazoo, "p-series": p_series, "s-series": s_series, "intake": intake}[name]()
    print(f"{len(made)} endpoints and {len(description['components']['schemas'])} models generated, and used")


main()
