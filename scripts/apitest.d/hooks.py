"""What schemathesis cannot know: how our media types are written and read, and what there is on the server."""

import base64
import json
import os
import re

import schemathesis

UPLOADS = [
    "application/octet-stream", "audio/mp3", "audio/mpeg", "audio/mpeg3", "audio/ogg", "audio/wav", "audio/x-wav", "video/h264", "video/mp4",
    "video/mpeg", "video/quicktime", "video/webm", "video/x-flv",
]

# Members of a body, with a value that the server knows.
KNOWN = json.loads(os.environ.get("APITEST_KNOWN", "{}"))


@schemathesis.hook
def map_body(ctx, body):
    """Two bodies of three ask for what there is; otherwise hardly any request would come further than looking for it."""
    if not isinstance(body, dict) or len(repr(body)) % 3 == 0:
        return body
    return {name: KNOWN.get(name, value) for name, value in body.items()}


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Any other text in place of a version is a path of nobody's."""
    version = (case.path_parameters or {}).get("version")
    if version is not None and not re.match(r"v\d", str(version)):
        case.path_parameters["version"] = "v1.1.0"


def raw(value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def write_raw(ctx, value):
    return raw(value)


def write_base64(ctx, value):
    """Every other body is base64 as it should be; the rest is whatever was made up."""
    data = raw(value)
    return base64.b64encode(data) if len(data) % 2 == 0 else data


for media_type in UPLOADS:
    schemathesis.serializer(media_type)(write_raw)
for media_type in ["application/base64", "application/x-base64"]:
    schemathesis.serializer(media_type)(write_base64)


@schemathesis.deserializer("text/csv", "application/javascript")
def read_text(ctx, response):
    return response.content.decode("utf-8")
