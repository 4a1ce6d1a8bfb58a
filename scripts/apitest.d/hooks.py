"""What schemathesis cannot know of our media types: how uploads are written."""

import base64

import schemathesis

UPLOADS = [
    "application/octet-stream", "audio/mp3", "audio/mpeg", "audio/mpeg3", "audio/ogg", "audio/wav", "audio/x-wav", "video/h264", "video/mp4",
    "video/mpeg", "video/quicktime", "video/webm", "video/x-flv",
]


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
