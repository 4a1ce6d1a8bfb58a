"""Calls a mailbox over SIP, speaks for some seconds once the greeting is over, and hangs up.

    python3 call.py PORT MAILBOX
"""
import math
import random
import socket
import struct
import sys
import time

PORT, BOX = int(sys.argv[1]), sys.argv[2]
# Long enough for the greeting and the tone, and for a message that is no mistake.
GREETING, SPEECH = 15.0, 5.0

sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sip.bind(("127.0.0.1", 0))
sip.settimeout(10)
rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
rtp.bind(("127.0.0.1", 0))
HERE, CALL, TAG = "127.0.0.1:%d" % sip.getsockname()[1], "%016x" % random.getrandbits(64), "%08x" % random.getrandbits(32)
TARGET = "sip:%s@127.0.0.1:%d" % (BOX, PORT)


def send(method, number, to, body=""):
    """One request."""
    lines = [
        "%s %s SIP/2.0" % (method, TARGET), "Via: SIP/2.0/UDP %s;branch=z9hG4bK%08x;rport" % (HERE, random.getrandbits(32)), "Max-Forwards: 70",
        "From: <sip:caller@%s>;tag=%s" % (HERE, TAG), "To: " + to, "Call-ID: " + CALL, "CSeq: %d %s" % (number, method),
        "Contact: <sip:caller@%s>" % HERE, "Content-Length: %d" % len(body),
    ]
    if body:
        lines.append("Content-Type: application/sdp")
    sip.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), ("127.0.0.1", PORT))


def answer():
    """The next final answer: its status, the To header and the port that takes sound."""
    while True:
        text = sip.recv(65535).decode()
        if not text.startswith("SIP/2.0 "):
            continue
        status = int(text.split(" ", 2)[1])
        if status < 200:
            continue
        to = next(line[3:].strip() for line in text.split("\r\n") if line.lower().startswith("to:"))
        media = [line for line in text.split("\r\n") if line.startswith("m=audio ")]
        return status, to, int(media[0].split(" ")[1]) if media else 0


def ulaw(sample):
    """G.711 (µ-law) of a 16-bit sample."""
    sign = 0x80 if sample < 0 else 0
    sample = min(abs(sample), 32635) + 132
    exponent = max(0, sample.bit_length() - 8)
    return ~(sign | exponent << 4 | (sample >> exponent + 3) & 0x0F) & 0xFF


offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\na=ptime:20\r\n" % rtp.getsockname()[1]
send("INVITE", 1, "<%s>" % TARGET, offer)
status, to, port = answer()
if status != 200:
    sys.exit("the call was answered with %d" % status)
send("ACK", 1, to)
tone = [bytes(ulaw(int(9000 * math.sin(2 * math.pi * 440 * (n * 160 + i) / 8000))) for i in range(160)) for n in range(50)]
silence = b"\xff" * 160
begin = time.monotonic()
for packet in range(int((GREETING + SPEECH) * 50)):
    sound = tone[packet % 50] if packet >= GREETING * 50 else silence
    rtp.sendto(struct.pack("!BBHII", 0x80, 0, packet & 0xFFFF, packet * 160, 0x1234) + sound, ("127.0.0.1", port))
    time.sleep(max(0.0, begin + (packet + 1) * 0.02 - time.monotonic()))
send("BYE", 2, to)
status, _, _ = answer()
if status != 200:
    sys.exit("BYE was answered with %d" % status)
