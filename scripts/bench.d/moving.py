"""R24: an installation moves from its data directory to PostgreSQL and S3, and back, while a client deposits.

What moves is made first: several accounts, many mailboxes, and messages that each have audio of their own. A move cannot be repeated, so each is
measured once, against yardsticks before and after it. Whatever does not agree in the end (counts, ids, `verify`) ends the bench.
"""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import threading
import time
import urllib.error

import scale

ACCOUNTS, BOXES = 4, 25
# Deposits a second while it copies; as many pieces of audio as a move has on their way at once.
RATE, AT_ONCE = 5, 16
# Bare requests for audio that is there.
GET = """\
local names = {}
for name in io.lines(os.getenv("BENCH_NAMES")) do names[#names + 1] = name end
local count = 0
request = function()
    count = count % #names + 1
    return wrk.format("GET", wrk.path .. "/" .. names[count], {["X-Auth-Token"] = os.getenv("BENCH_TOKEN")})
end
"""


class Depositor(threading.Thread):
    """A client that deposits now and then, until nobody takes it any more."""

    def __init__(self, server, mailbox, sound):
        super().__init__()
        self.server, self.mailbox, self.sound = server, mailbox, sound
        self.acknowledged, self.slowest, self.is_over = 0, 0, threading.Event()

    def run(self):
        while not self.is_over.wait(1 / RATE):
            start = time.monotonic()
            try:
                self.server.deposit(self.mailbox, self.sound)
            except urllib.error.HTTPError:
                return
            self.acknowledged += 1
            self.slowest = max(self.slowest, time.monotonic() - start)


class Moving:
    def __init__(self, tools, bench, home, sound, cluster, endpoint):
        self.tools, self.bench, self.home, self.sound, self.cluster, self.endpoint = tools, bench, home, sound, cluster, endpoint
        self.databases = 0

    # Places where an installation lives.

    def directory(self, name):
        (self.home / name).mkdir()
        return self.home / name

    def fill(self, name, count):
        server = self.tools.Server(self.directory(name))
        server.box = server.mailbox(1000)
        self.tools.log(f"leaving {count} messages")
        for number in range(ACCOUNTS):
            account = server.cli("account", "create", f"Account {number}")["id"]
            self.tools.run(
                self.tools.PRODUCTS / "measure", "fill-sounds", "--data", server.data, "--account", account, "--first", 3000, "--boxes", BOXES,
                "--count", count // ACCOUNTS, self.sound)
        return server

    def new(self, name, like, is_shared):
        """What an installation can move to: a database and a bucket, or a file and a directory."""
        directory = self.directory(name)
        configuration = f"data: {directory / 'data'}\n"
        url = bucket = None
        if is_shared:
            self.databases += 1
            url, bucket = f"postgresql:///moved{self.databases}?host={self.cluster}&user=aftertone", f"moved{self.databases}"
            self.sql(f"postgresql:///postgres?host={self.cluster}&user=aftertone", f"CREATE DATABASE moved{self.databases}")
            bucket = scale.bucket(self.endpoint, bucket)
            configuration += (
                f'store:\n  kind: postgres\n  url: "{url}"\n'
                f"archive:\n  kind: s3\n  endpoint: {self.endpoint}\n  bucket: moved{self.databases}\n  path_style: true\n")
        server = self.tools.Server(directory, self.tools.CONFIGURATION + configuration, like)
        server.box, server.url, server.bucket = like.box, url, bucket
        return server

    def sql(self, url, *statements):
        return self.tools.run("psql", "-X", "-q", "-At", "-d", url, *(word for each in statements for word in ("-c", each)))

    def ids(self, server):
        """What tells whether all is there: the messages with where they are, and the audio with what it is."""
        questions = ("SELECT id || mailbox_id || coalesce(blob_id, '') FROM message", "SELECT id || sha256 FROM blob")
        if getattr(server, "url", None):
            return [sorted(self.sql(server.url, each).split()) for each in questions]
        with contextlib.closing(sqlite3.connect(f"file:{server.data}/aftertone.sqlite?mode=ro", uri=True)) as database:
            return [sorted(row[0] for row in database.execute(each)) for each in questions]

    # Moves.

    def start(self, old, new):
        return subprocess.Popen(
            [self.tools.PRODUCTS / "aftertone", "move", "--data", old.data, "--config", old.config, "--to", new.config, "--json"],
            stdout=subprocess.PIPE, text=True)

    def move(self, old, new):
        """Moves while a client deposits. Tells the seconds, what the command says, its memory at most in MB, and the client."""
        with old.serving():
            client = Depositor(old, old.box, self.sound)
            client.start()
            start, peak = time.monotonic(), 0
            child = self.start(old, new)
            while child.poll() is None:
                with contextlib.suppress(OSError):
                    found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{child.pid}/status").read_text())
                    peak = max(peak, int(found[1]) / 1000) if found else peak
                time.sleep(0.05)
            seconds = time.monotonic() - start
            client.is_over.set()
            client.join()
        if child.returncode != 0:
            raise SystemExit(f"a move failed with status {child.returncode}")
        result = self.tools.json.loads(child.stdout.read())
        self.tools.log(
            f"  {seconds:.1f} s, read-only for {result['read_only_seconds']:.2f} s, {peak:.0f} MB; {client.acknowledged} deposits meanwhile, the "
            f"slowest in {client.slowest:.2f} s")
        return seconds, result, peak, client

    def check(self, old, new, count, result):
        """Nothing is damaged, nothing is missing, and everything has the ids that it had."""
        before, after = self.ids(old), self.ids(new)
        if before != after or len(after[0]) != count or result["rows"]["message"] != count:
            raise SystemExit(f"of {count} messages {len(before[0])} are in the old database and {len(after[0])} in the new one, and not all with the same ids")
        # Fails where anything is damaged.
        new.cli("verify")

    # Yardsticks: messages a second.

    def puts(self):
        """The same bytes, PUT by as many clients as a move is."""
        url, token = self.yard
        output = self.tools.run(
            "wrk", "-t1", f"-c{AT_ONCE}", f"-d{self.bench.options.seconds}s", "-s", self.home / "put.lua", url,
            env=os.environ | {"BENCH_BODY": str(self.sound), "BENCH_TOKEN": token})
        return self.rate(output)

    def gets(self, server):
        url, token = server.bucket
        (self.home / "names").write_text("\n".join(row[:32] for row in self.ids(server)[1]))
        output = self.tools.run(
            "wrk", "-t1", f"-c{AT_ONCE}", f"-d{self.bench.options.seconds}s", "-s", self.home / "get.lua", url,
            env=os.environ | {"BENCH_NAMES": str(self.home / "names"), "BENCH_TOKEN": token})
        return self.rate(output)

    def rate(self, output):
        result = self.tools.json.loads(output.rsplit("@", 1)[1])
        if result["errors"] or not result["count"]:
            raise SystemExit(f"bare requests: {output}")
        return result["count"] / result["seconds"]

    def rows(self, server, count):
        """The rows of all messages, by one COPY of each table."""
        seconds = 0
        for table in ("blob", "message", "event"):
            self.sql(server.url, f"CREATE TABLE yard (LIKE {table} INCLUDING INDEXES)")
            file = self.home / "rows"
            with open(file, "wb") as output:
                subprocess.run(["psql", "-X", "-q", "-d", server.url, "-c", f"COPY {table} TO STDOUT"], check=True, stdout=output)
            start = time.monotonic()
            with open(file, "rb") as source:
                subprocess.run(["psql", "-X", "-q", "-d", server.url, "-c", "COPY yard FROM STDIN"], check=True, stdin=source)
            seconds += time.monotonic() - start
            self.sql(server.url, "DROP TABLE yard")
        return count / seconds

    def row(self, what, yardsticks, count, seconds):
        ours = count / seconds
        reference = statistics.mean(yardsticks)
        ratios = [ours / each for each in yardsticks]
        self.bench.add(
            "R24", what, ours / reference, unit="/s", ours=ours, yardstick=reference, low=min(ratios), high=max(ratios),
            rounds=[{"yardstick": yardsticks, "ours": ours, "ratio": ours / reference}])


def together(*rates):
    """Of what is done one after the other."""
    return 1 / sum(1 / each for each in rates)


def measure(tools, bench, home, sound):
    if not bench.wants("R24"):
        return
    if not scale.is_possible():
        tools.log("R24 is left out: scripts/install tests installs what it needs")
        return
    place = home / "moving"
    place.mkdir()
    os.environ |= {"AWS_ACCESS_KEY_ID": "test:tester", "AWS_SECRET_ACCESS_KEY": "testing"}
    with scale.postgres(tools) as cluster, scale.object_store(tools, place) as endpoint:
        moving = Moving(tools, bench, place, sound, cluster, endpoint)
        moving.yard = scale.bucket(endpoint, "yard")
        done = "function done" + tools.WRK.split("function done", 1)[1]
        (place / "put.lua").write_text(scale.PUT + done)
        (place / "get.lua").write_text(GET + done)
        count = bench.options.move_messages
        few = move_few(moving, count // 10)
        move_all(moving, count, few)


def move_few(moving, count):
    """The memory of a move of a tenth, in MB."""
    old = moving.fill("few", count)
    new = moving.new("few-moved", old, True)
    _, result, peak, client = moving.move(old, new)
    moving.check(old, new, count + client.acknowledged, result)
    return peak


def move_all(moving, count, few):
    tools, bench, place = moving.tools, moving.bench, moving.home
    old = moving.fill("old", count)
    # A move closes what it moves from.
    twin = tools.Server(moving.directory("twin"), like=old)
    shutil.copytree(old.data, twin.data)
    twin.box = old.box

    tools.log(f"measuring R24 there, {count} messages")
    new = moving.new("new", old, True)
    before = moving.puts()
    seconds, result, peak, client = moving.move(old, new)
    after, moved = moving.puts(), count + client.acknowledged
    moving.check(old, new, moved, result)
    copy = moving.rows(new, moved)
    moving.row(
        f"messages of 16 kB that `move` takes to PostgreSQL and S3 ({count:,} of them), against bare PUTs by {AT_ONCE} clients and the same rows by COPY",
        [together(puts, copy) for puts in (before, after)], moved, seconds)
    bench.add(
        "R24b", f"in its end nobody can change anything ({RATE} deposits a second meanwhile, the slowest in {client.slowest:.2f} s)",
        result["read_only_seconds"], unit="s")
    bench.add(
        "R24c", f"memory of that move at most, against one of {count // 10:,}", peak / few, unit=" MB", ours=peak, yardstick=few, low=peak / few,
        high=peak / few, rounds=[])
    killed(moving, twin, count, seconds)

    tools.log("measuring R24 back")
    back = moving.new("back", new, False)
    scratch = bench.measure("raw-loop", "DIRECTORY", "--size", moving.sound.stat().st_size, "--threads", AT_ONCE)
    yardsticks = [together(moving.gets(new), scratch())]
    seconds, result, _, client = moving.move(new, back)
    yardsticks.append(together(moving.gets(new), scratch()))
    moved += client.acknowledged
    moving.check(new, back, moved, result)
    moving.row(
        f"the same back to SQLite and a directory, against bare GETs by {AT_ONCE} clients and the loop of deposits on {AT_ONCE} threads", yardsticks, moved,
        seconds)
    bench.add(
        "R24b", f"the same in its end ({RATE} deposits a second meanwhile, the slowest in {client.slowest:.2f} s)", result["read_only_seconds"], unit="s")


def killed(moving, old, count, whole):
    """R24d: a move that is killed when half is there, and run again."""
    new = moving.new("killed", old, True)
    start = time.monotonic()
    child = moving.start(old, new)
    there = 0
    while there < count // 2:
        if child.poll() is not None:
            raise SystemExit("a move that was to be killed was over before")
        time.sleep(0.1)
        if moving.sql(new.url, "SELECT to_regclass('blob') IS NOT NULL").strip() == "t":
            there = int(moving.sql(new.url, "SELECT count(*) FROM blob"))
    child.kill()
    child.wait()
    there = int(moving.sql(new.url, "SELECT count(*) FROM blob"))
    middle = time.monotonic()
    child = moving.start(old, new)
    result = moving.tools.json.loads(child.communicate()[0])
    end = time.monotonic()
    if child.returncode != 0 or result["blobs"] > count - there:
        raise SystemExit(f"a move that was killed with {there} of {count} pieces there copied {result['blobs']} when it was run again")
    moving.check(old, new, count, result)
    moving.tools.log(f"  killed after {middle - start:.1f} s with {there} there; then {end - middle:.1f} s for {result['blobs']}")
    moving.bench.add(
        "R24d", "a move that is killed when half is there and run again, both together, against one in one go: how many times as long",
        (end - start) / whole, unit=" s", ours=end - start, yardstick=whole, low=(end - start) / whole, high=(end - start) / whole, rounds=[])
