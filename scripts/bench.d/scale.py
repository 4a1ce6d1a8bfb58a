"""R21 and R23: deposits on PostgreSQL with S3 and with a directory, and listings on PostgreSQL, against the engines themselves and against SQLite.

The engines are the ones that the tests use (`scripts/install tests`), started here over throw-away directories; rows are left out where they are missing.
"""

import contextlib
import os
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request

BIN = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=None)
PUT = """\
local body = io.open(os.getenv("BENCH_BODY"), "rb"):read("*a")
local count = 0
math.randomseed(os.time())
local run = math.random(1e9)
request = function()
    count = count + 1
    return wrk.format("PUT", wrk.path .. "/" .. run .. "-" .. count, {["X-Auth-Token"] = os.getenv("BENCH_TOKEN")}, body)
end
"""
# The rows of a deposit, committed as one.
COMMIT = """\
BEGIN;
INSERT INTO yard_blob VALUES (md5(random()::text), 160058, repeat('a', 64));
INSERT INTO yard_message VALUES (md5(random()::text), repeat('b', 32), repeat('c', 32), 1463000000, repeat('d', 200));
INSERT INTO yard_event VALUES (md5(random()::text), 'message_stored', repeat('{', 120));
COMMIT;
"""


# Copies of a message, further and further back in time.
FILL = """\
INSERT INTO message ({columns}) SELECT {values} FROM message, generate_series(1, {count}) AS copy WHERE message.mailbox_id = '{mailbox}';
"""


def is_possible():
    return BIN is not None and shutil.which("swift-proxy-server") is not None and shutil.which("memcached") is not None


def unprivileged(*command):
    """The server refuses to be root."""
    if os.geteuid() != 0:
        return list(map(str, command))
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *map(str, command)]


@contextlib.contextmanager
def postgres(tools):
    """A cluster of its own that syncs; tells the URL of an empty database."""
    # The user that the server runs as may not come through the directories that the bench is in.
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="aftertone-bench-") as place:
        directory = pathlib.Path(place)
        if os.geteuid() == 0:
            shutil.chown(directory, "postgres")
        tools.run(*unprivileged(BIN / "initdb", "-D", directory / "data", "-U", "aftertone", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"))
        with open(directory / "log", "w") as log, tools.process(
                *unprivileged(BIN / "postgres", "-D", directory / "data", "-k", directory, "-c", "listen_addresses=", "-c", "max_connections=200"),
                stdout=log, stderr=log):
            url = f"postgresql:///postgres?host={directory}&user=aftertone"
            for _ in range(200):
                if subprocess.run([BIN / "pg_isready", "-q", "-h", str(directory), "-d", "postgres", "-U", "aftertone"]).returncode == 0:
                    break
                time.sleep(0.05)
            tools.run("psql", "-X", "-q", "-d", url, "-c", "CREATE DATABASE aftertone", "-c", "CREATE DATABASE files", "-c", "CREATE DATABASE yard",
                "-c", "CREATE DATABASE listed")
            yield directory


@contextlib.contextmanager
def object_store(tools, home):
    """OpenStack Swift with its S3 interface, as the tests start it; tells its address."""
    source = (tools.ROOT / "Tests/TestKit/ObjectStore.swift").read_text()
    script = re.search(r'private static let script = """\n(.*?)\n        """', source, re.S)[1]
    script = re.sub(r"^        ", "", script, flags=re.M).replace("\\\\", "\\")
    directory = home / "swift"
    directory.mkdir()
    (directory / "run.sh").write_text(script)
    # Of the proxy, accounts, containers, objects and the memory that they share.
    sockets = [socket.socket() for _ in range(5)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    with open(directory / "log", "w") as log:
        child = subprocess.Popen(["bash", str(directory / "run.sh"), str(directory), *ports], stdin=subprocess.PIPE, stdout=log, stderr=log)
    try:
        for _ in range(1200):
            if (directory / "ready").exists() or child.poll() is not None:
                break
            time.sleep(0.1)
        yield (directory / "ready").read_text().strip()
    finally:
        child.stdin.close()
        child.wait()


def bucket(endpoint, name):
    """Makes a bucket by the service's other interface; tells its address and a token there."""
    login = urllib.request.Request(endpoint + "/auth/v1.0", headers={"X-Storage-User": "test:tester", "X-Storage-Pass": "testing"})
    with urllib.request.urlopen(login) as answer:
        storage, token = answer.headers["X-Storage-Url"], answer.headers["X-Auth-Token"]
    urllib.request.urlopen(urllib.request.Request(f"{storage}/{name}", method="PUT", headers={"X-Auth-Token": token})).close()
    return f"{storage}/{name}", token


def fill(tools, url, server, mailbox, count, sound):
    """Puts as many messages into a mailbox as one deposit and copies of its row make."""
    server.deposit(mailbox, sound)
    columns = tools.run("psql", "-X", "-At", "-d", url, "-c", """
        SELECT column_name FROM information_schema.columns WHERE table_name = 'message' AND is_identity = 'NO' ORDER BY ordinal_position""").split()
    own = {"id": "md5(copy::text || message.id)", "timestamp": "message.timestamp - copy"}
    tools.log(f"filling a mailbox with {count} messages on PostgreSQL")
    # Without the counters, whose rows would be changed a million times in one transaction; a page reads none of them.
    tools.run("psql", "-X", "-q", "-d", url, "-c", "SET session_replication_role = replica", "-c", FILL.format(
        columns=", ".join(columns), values=", ".join(own.get(each, f"message.{each}") for each in columns), count=count - 1, mailbox=mailbox))
    tools.run("psql", "-X", "-q", "-d", url, "-c", "VACUUM ANALYZE message")


def work(process):
    """Seconds that a process has kept processors busy."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def work_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def work_for_each(clock, rate, seconds):
    """Milliseconds that a clock of work goes on for each of what is done in some seconds at a rate."""
    before = clock()
    count = rate() * seconds
    return (clock() - before) / count * 1000


def cost(tools, bench, server, deposits, puts):
    """R21c: processors' time of a deposit in the server, against that of a client for a bare PUT."""
    tools.log("measuring R21c")
    seconds, mine, bare = bench.options.seconds, [], []
    for _ in range(bench.options.rounds):
        mine.append(work_for_each(lambda: work(server.process), deposits, seconds))
        bare.append(work_for_each(work_of_children, puts, seconds))
    ratios = [ours / yardstick for ours, yardstick in zip(mine, bare)]
    bench.add(
        "R21c", "processors' time of a deposit, against that of a client for a bare PUT", statistics.median(ratios), unit=" ms",
        ours=statistics.median(mine), yardstick=statistics.median(bare), low=min(ratios), high=max(ratios))


def size(tools, url):
    """Bytes of a database."""
    return int(tools.run("psql", "-X", "-q", "-A", "-t", "-d", url, "-c", "SELECT pg_database_size(current_database())"))


BOXES = """
    INSERT INTO document ({columns}) SELECT {values} FROM document, generate_series(1, {count}) AS copy
    WHERE document.id IN ('{mailbox}', (SELECT owner_id FROM document WHERE id = '{mailbox}'))"""


def mailboxes(tools, url, mailbox, count):
    """Tells what so many copies of a mailbox, and of its owner, take. Their counters are kept, as each has rows of its own there."""
    columns = tools.run("psql", "-X", "-At", "-d", url, "-c", """
        SELECT column_name FROM information_schema.columns WHERE table_name = 'document' AND is_identity = 'NO' ORDER BY ordinal_position""").split()
    own = {
        "id": "md5(copy::text || document.id)", "key": "document.key || '-' || copy", "label": "copy::text",
        "owner_id": "md5(copy::text || document.owner_id)"}
    before = size(tools, url)
    tools.log(f"making {count:,} mailboxes on PostgreSQL")
    tools.run("psql", "-X", "-q", "-d", url, "-c", BOXES.format(
        columns=", ".join(columns), values=", ".join(own.get(each, f"document.{each}") for each in columns), count=count, mailbox=mailbox))
    tools.run("psql", "-X", "-q", "-d", url, "-c", "VACUUM ANALYZE document")
    owners = tools.run("psql", "-X", "-At", "-d", url, "-c", f"SELECT count(*) FROM document WHERE id = (SELECT owner_id FROM document WHERE id = '{mailbox}')").strip()
    tools.log(
        f"{count:,} mailboxes, each with {owners} owner, take {(size(tools, url) - before) / count:,.0f} bytes of PostgreSQL's each, indexes and counters included")


def listings(tools, bench, place, cluster, sound):
    """R23 and R23b: lists, of a server that has as many connections as one has that is not told how many."""
    url = f"postgresql:///listed?host={cluster}&user=aftertone"
    shared, alone = place / "listed", place / "alone"
    shared.mkdir()
    alone.mkdir()
    server, embedded = tools.Server(shared, tools.CONFIGURATION + f'store:\n  kind: postgres\n  url: "{url}"\n'), tools.Server(alone)
    listed, small, large = (server.mailbox(number) for number in (3001, 3002, 3003))
    same = embedded.mailbox(3001)
    with server.serving(), embedded.serving():
        for mailbox, count in ((small, 1000), (large, bench.options.messages)):
            before = size(tools, url)
            fill(tools, url, server, mailbox, count, sound)
            tools.log(f"{count:,} messages take {(size(tools, url) - before) / count:,.0f} bytes of PostgreSQL's each, indexes included")
        mailboxes(tools, url, small, 10_000)
        bench.row(
            "R23b", f"first page of 50 among {bench.options.messages:,} messages on PostgreSQL, against 1,000",
            bench.wrk(f"{server.base}/{small}/messages", 1, token=server.token),
            bench.wrk(f"{server.base}/{large}/messages", 1, token=server.token), cost=True)
        for _ in range(10):
            server.deposit(listed, sound)
            embedded.deposit(same, sound)
        bench.row(
            "R23", "lists of a mailbox with 10 messages on PostgreSQL, 32 clients, against SQLite",
            bench.wrk(f"{embedded.base}/{same}/messages", 32, token=embedded.token),
            bench.wrk(f"{server.base}/{listed}/messages", 32, token=server.token))


def measure(tools, bench, home, sound):
    if not (bench.wants("R21") or bench.wants("R23")):
        return
    if not is_possible():
        tools.log("R21 and R23 are left out: scripts/install tests installs what they need")
        return
    place = home / "scale"
    place.mkdir()
    with postgres(tools) as cluster, object_store(tools, place) as endpoint:
        url = f"postgresql:///aftertone?host={cluster}&user=aftertone"
        yard = f"postgresql:///yard?host={cluster}&user=aftertone"
        tools.run("psql", "-X", "-q", "-d", yard, "-c", """
            CREATE TABLE yard_blob (id text PRIMARY KEY, size bigint, sha256 text);
            CREATE TABLE yard_message (id text PRIMARY KEY, mailbox text, account text, timestamp bigint, rest text);
            CREATE INDEX ON yard_message (mailbox, timestamp);
            CREATE TABLE yard_event (id text, kind text, payload text)""")
        bare, token = bucket(endpoint, "yard")
        bucket(endpoint, "voicemail")
        os.environ |= {"AWS_ACCESS_KEY_ID": "test:tester", "AWS_SECRET_ACCESS_KEY": "testing"}
        shared = place / "shared"
        shared.mkdir()
        server = tools.Server(shared, tools.CONFIGURATION + (
            f'store:\n  kind: postgres\n  url: "{url}"\n  pool: 32\n'
            f"archive:\n  kind: s3\n  endpoint: {endpoint}\n  bucket: voicemail\n  path_style: true\n"))
        (place / "put.lua").write_text(PUT + "function done" + tools.WRK.split("function done", 1)[1])
        (place / "commit.sql").write_text(COMMIT)
        box = server.mailbox(3000)

        def puts():
            output = tools.run(
                "wrk", "-t1", "-c64", f"-d{bench.options.seconds}s", "-s", place / "put.lua", bare,
                env=os.environ | {"BENCH_BODY": str(sound), "BENCH_TOKEN": token})
            result = tools.json.loads(output.rsplit("@", 1)[1])
            if result["errors"] or not result["count"]:
                raise SystemExit(f"bare PUTs: {output}")
            return result["count"] / result["seconds"]

        def commits():
            output = tools.run(BIN / "pgbench", "-n", "-c", 64, "-j", 2, "-T", bench.options.seconds, "-f", place / "commit.sql", yard)
            return float(re.search(r"tps = ([0-9.]+)", output)[1])

        def deposits(server, mailbox):
            return bench.wrk(f"{server.base}/{mailbox}/messages", 64, token=server.token, body=sound)

        if bench.wants("R21"):
            with server.serving():
                bench.row(
                    "R21", "deposits of 160 kB on PostgreSQL and S3, 64 clients, against the slower of bare PUTs and bare commits",
                    lambda: min(puts(), commits()), deposits(server, box))
                cost(tools, bench, server, deposits(server, box), puts)
                count = int(tools.run("psql", "-X", "-q", "-A", "-t", "-d", url, "-c", "SELECT count(*) FROM message"))
                tools.log(f"{count:,} deposits have left {size(tools, url) / count:,.0f} bytes in PostgreSQL each, indexes, events and blobs' rows included")
                directory = place / "directory"
                directory.mkdir()
                filed = tools.Server(directory, tools.CONFIGURATION + (
                    f'store:\n  kind: postgres\n  url: "postgresql:///files?host={cluster}&user=aftertone"\n  pool: 32\n'))
                inbox, loop = filed.mailbox(3000), bench.measure("raw-loop", "DIRECTORY", "--size", sound.stat().st_size, "--threads", 64)
                with filed.serving():
                    bench.row(
                        "R21b", "the same on PostgreSQL and a directory, against the slower of the loop on 64 threads and bare commits",
                        lambda: min(loop(), commits()), deposits(filed, inbox))
        if bench.wants("R23"):
            listings(tools, bench, place, cluster, sound)
