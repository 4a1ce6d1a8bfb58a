"""The rows of the P-Series interface. `tools` is scripts/bench itself, which sets it."""

import concurrent.futures
import json
import os
import time
import urllib.request

tools = None

# Three minutes of patience: with one core a conversion may wait for those of all other accounts.
# Who waits for an MP3 is answered within the time of an exchange, and the last of the twenty waits for all before it.
MP3_CONFIGURATION = """\
http:
  deadlines:
    exchange_seconds: 300
limits:
  audio_bytes: 200000000
p_series:
  recording_format: mp3
  mp3_wait_seconds: 180
audio:
  conversion_seconds: 600
"""


class PSeries:
    """A client of the P-Series interface."""

    def __init__(self, root, username, password):
        self.root = root
        request = urllib.request.Request(
            f"{root}/openapi/v1.0/get_token", data=json.dumps({"username": username, "password": password}).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            self.token = json.load(answer)["access_token"]

    def url(self, endpoint, query=""):
        return f"{self.root}/openapi/v1.0/{endpoint}?{query}&access_token={self.token}"

    def get(self, endpoint, query=""):
        with urllib.request.urlopen(self.url(endpoint, query), timeout=600) as answer:
            result = json.load(answer)
        if result["errcode"] != 0:
            raise SystemExit(f"{endpoint}: {result}")
        return result

    def link(self, endpoint, query):
        return f"{self.root}{self.get(endpoint, query)['download_resource_url']}?access_token={self.token}"


def greetings(bench, server, home, sound):
    """Uploads of one greeting over and over: each replaces the one before, and is durable."""
    if not bench.wants("P1"):
        return
    client, boundary, body = server.p_series(server.account), "bench-boundary", home / "upload"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in
             (("owner", "3004"), ("is_check", "force"))]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="vm_away.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    body.write_bytes("".join(parts).encode() + head.encode() + sound.read_bytes() + f"\r\n--{boundary}--\r\n".encode())
    bench.row(
        "P1", "greeting uploads of 160 kB, 1 client", bench.measure("raw-loop", "DIRECTORY", "--size", sound.stat().st_size),
        bench.wrk(client.url("extension_vm_greeting/upload"), 1, body=body, method="POST", type=f"multipart/form-data; boundary={boundary}"))


def fill(bench, server, sound):
    server.accounts = {}
    if not bench.wants("P2"):
        return
    for name, count in (("thousand", 1000), ("million", bench.options.messages)):
        server.accounts[name] = server.cli("account", "create", f"Recordings {name}")["id"]
        tools.log(f"filling an account with {count} recordings")
        tools.run(tools.PRODUCTS / "measure", "fill-recordings", "--data", server.data, "--account", server.accounts[name], "--count", count, sound)


def recordings(bench, server):
    """First pages, against those of a thousand recordings."""
    if not bench.wants("P2"):
        return
    few, many = (server.p_series(server.accounts[name]) for name in ("thousand", "million"))
    for endpoint, query in (("recording/list", "page=1&page_size=20"), ("recording/list", "sort_by=time&order_by=desc&page=1&page_size=20"),
                            ("recording/search", "start_time=1&page=1&page_size=20"), ("recording/search", "caller=1010&page=1&page_size=20")):
        bench.row(
            "P2", f"{endpoint}?{query} among {bench.options.messages:,} recordings, against 1,000", bench.wrk(few.url(endpoint, query), 1),
            bench.wrk(many.url(endpoint, query), 1), cost=True)


def links(bench, server, box, home, sound):
    """A message behind its link, which is rendered once, against the same bytes from nginx."""
    if not bench.wants("P3"):
        return
    client, files, port = server.p_series(server.account), home / "linked", tools.free_port()
    files.mkdir()
    server.deposit(box, sound)
    message = client.get("vm/get", "number=3004&page=1&page_size=1")["data"][0]["msg_id"]
    url = client.link("vm/download", f"msg_id={message}")
    with urllib.request.urlopen(url) as answer:
        (files / "linked.wav").write_bytes(answer.read())
    configuration = home / "nginx-linked.conf"
    configuration.write_text(tools.NGINX.format(home=home, port=port, user="user root;\n" if os.geteuid() == 0 else "").replace("/files;", "/linked;"))
    with tools.process("nginx", "-e", home / "nginx.log", "-p", home, "-c", configuration):
        tools.wait_for(port)
        bench.row(
            "P3", "downloads of 320 kB behind a link, 8 clients", bench.wrk(f"http://127.0.0.1:{port}/linked.wav", 8, "bytes"),
            bench.wrk(url, 8, "bytes"), unit="MB/s", scale=1e6)


def mp3_at_once(bench, home):
    """Twenty ten-minute stereo recordings of twenty accounts, all asked for at once, against one ffmpeg after the other."""
    if not bench.wants("P4"):
        return
    place, count = home / "mp3", 20
    place.mkdir()
    sound = place / "call.wav"
    tools.run("ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
        "aevalsrc=0.4*sin(2*PI*t*(300+40*sin(3*t)))|0.4*sin(2*PI*t*(500+60*sin(2*t))):s=8000:d=600", "-bitexact", "-c:a", "pcm_s16le", sound)
    server = tools.Server(place, MP3_CONFIGURATION)
    accounts = [server.cli("account", "create", f"Caller {number}")["id"] for number in range(count)]
    for account in accounts:
        tools.run(tools.PRODUCTS / "measure", "fill-recordings", "--data", server.data, "--account", account, "--count", 1, sound)

    def yardstick():
        start = time.monotonic()
        for number in range(count):
            tools.run("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", sound, place / f"{number}.mp3")
        return time.monotonic() - start

    with server.serving():
        clients = [server.p_series(account) for account in accounts]
        ids = [client.get("recording/list")["data"][0]["id"] for client in clients]
        tools.log("measuring P4")
        before = yardstick()
        start = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            list(pool.map(lambda pair: pair[0].link("recording/download", f"id={pair[1]}"), zip(clients, ids)))
        ours = time.monotonic() - start
        reference = (before + yardstick()) / 2
        bench.add(
            "P4", f"{count} stereo recordings of ten minutes to MP3 at once; at most {server.peak():.0f} MB held", reference / ours, unit="s",
            ours=ours, yardstick=reference, low=reference / ours, high=reference / ours,
            rounds=[{"yardstick": [reference], "ours": ours, "ratio": reference / ours}])
