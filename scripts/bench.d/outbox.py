"""N1 to N4: what the outbox tells a second, how soon, and whether one receiver that is gone delays another."""

import contextlib
import json
import os
import smtplib
import statistics
import subprocess
import time
import urllib.request

CONFIGURATION = """\
outbox:
  receivers_on_this_machine: true
"""
MAIL = """\
mail:
  host: 127.0.0.1
  port: {port}
  security: none
  from: voicemail@bench.example
"""
BOXES, DEAD, LIGHT = 1000, 100_000, 200
# A message makes two notifications: that it is there, and that it stays.
NOTICES = 2


def count(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/count") as answer:
        return json.load(answer)


def mails(port):
    with smtplib.SMTP("127.0.0.1", port) as connection:
        return json.loads(connection.noop()[1])


def until(number, ask, limit=120):
    """Waits for so many; tells how many came a second, from the first to the last."""
    end = time.monotonic() + limit
    while True:
        found = ask()
        if found["count"] >= number:
            return (found["count"] - 1) / found["seconds"]
        if time.monotonic() > end:
            raise SystemExit(f"of {number} only {found['count']} came")
        time.sleep(0.1)


class Outbox:
    def __init__(self, tools, bench, home, sound):
        self.tools, self.bench, self.home, self.sound = tools, bench, home, sound

    @contextlib.contextmanager
    def receiver(self, command, port, *arguments):
        with self.tools.process(self.tools.PRODUCTS / "measure", command, "--port", port, *arguments):
            self.tools.wait_for(port)
            yield

    def server(self, name, configuration=CONFIGURATION):
        directory = self.home / name
        directory.mkdir()
        return self.tools.Server(directory, self.tools.CONFIGURATION + configuration)

    def hook(self, server, port, account=None):
        return server.cli(
            "webhook", "create", "--account", account or server.account, "--name", "bench", "--hook", "notifications", "--json-body",
            f"http://127.0.0.1:{port}/")["id"]

    def leave(self, server, messages, *flags, account=None):
        self.tools.run(
            self.tools.PRODUCTS / "measure", "fill-events", "--data", server.data, "--account", account or server.account, "--first", 1000, "--boxes",
            BOXES, "--count", messages, *flags, self.sound)

    def drained(self, server, port, messages, *arguments):
        """How many notices a second come of new messages that a server finds when it starts."""
        self.leave(server, messages)
        with self.receiver("sink", port, *arguments), server.serving():
            return until(messages * NOTICES, lambda: count(port))

    def events(self):
        if not self.bench.wants("N1"):
            return
        port, server, bodies = self.tools.free_port(), self.server("events"), self.home / "bodies"
        self.hook(server, port)
        messages = 4000 * self.bench.options.seconds
        # The bodies are told by a first run.
        self.drained(server, port, 2000, "--save", bodies)

        def bare():
            with self.receiver("sink", port):
                found = json.loads(self.tools.run(
                    self.tools.PRODUCTS / "measure", "push", f"http://127.0.0.1:{port}/", bodies, "--seconds", 2 * self.bench.options.seconds))
                return found["count"] / found["seconds"]

        self.bench.row(
            "N1", f"events of {BOXES:,} mailboxes to a local receiver, against the same client with no outbox, each over one connection", bare,
            lambda: self.drained(server, port, messages))

    def latency(self):
        if not self.bench.wants("N2"):
            return
        port, server, bodies = self.tools.free_port(), self.server("light"), self.home / "light-bodies"
        self.hook(server, port)
        box, began, short = server.mailbox(3000), {}, self.sound.read_bytes()[:8058]
        with self.receiver("sink", port, "--save", bodies), server.serving():
            for _ in range(LIGHT):
                now = time.time()
                answer = server.call("PUT", f"/{box}/messages?notify=true", short, "audio/wav")["data"]["media_id"]
                began[answer] = now, time.time()
                time.sleep(0.05)
            until(LIGHT * NOTICES, lambda: count(port))
        waits, whole = [], []
        for line in bodies.read_text().splitlines():
            at, body = line.split("\t", 1)
            fields = json.loads(body)
            if fields["event_name"] == "voicemail_new":
                start, end = began[fields["voicemail_id"]]
                waits.append((int(at) / 1e6 - end) * 1000)
                whole.append((int(at) / 1e6 - start) * 1000)
        if len(waits) != LIGHT:
            raise SystemExit(f"{len(waits)} of {LIGHT} were told")
        late = sorted(whole)[int(LIGHT * 0.99) - 1]
        self.bench.add(
            "N2", f"from a deposit's beginning to its notice at a receiver, 99 of 100 of {LIGHT} (the median from its answer: {statistics.median(waits):.0f} ms)",
            late, unit="ms")

    def mail(self):
        if not self.bench.wants("N3"):
            return
        port, kept, script = self.tools.free_port(), self.home / "mails", self.home / "curl"
        kept.mkdir()
        server = self.server("mail", CONFIGURATION + MAIL.format(port=port))
        messages = 1000 * self.bench.options.seconds

        def ours(number=messages, *arguments):
            self.leave(server, number, "--mailed")
            with self.receiver("mail-sink", port, *arguments), server.serving():
                return until(number, lambda: mails(port))

        ours(100, "--save", kept)
        files = sorted(kept.iterdir())
        # One handle of libcurl after the other, over a connection that lasts.
        lines = [
            f'url = "smtp://127.0.0.1:{port}"\nupload-file = "{files[number % len(files)]}"\nmail-from = "voicemail@bench.example"\n'
            f'mail-rcpt = "box{number}@example.com"\nsilent\n' for number in range(messages)]
        script.write_text("next\n".join(lines))

        def bare():
            with self.receiver("mail-sink", port):
                self.tools.run("curl", "--config", script)
                return until(messages, lambda: mails(port))

        self.bench.row("N3", "mails with 160 kB of audio, against a loop of libcurl that sends the same to the same server", bare, ours)

    def dead(self):
        if not self.bench.wants("N4"):
            return
        port, gone, messages = self.tools.free_port(), self.tools.free_port(), 4000 * self.bench.options.seconds
        alone, beside = self.server("alone"), self.server("beside")
        for server in (alone, beside):
            self.hook(server, port)
        other = beside.cli("account", "create", "Other")["id"]
        self.hook(beside, gone, other)
        self.tools.log(f"queueing {DEAD:,} events for a receiver that is not there")
        self.leave(beside, DEAD // NOTICES, account=other)

        def waiting():
            # It ends with 1 while anything is not well, such as an old queue.
            told = subprocess.run(
                [self.tools.PRODUCTS / "aftertone", "status", "--data", beside.data, "--config", beside.config, "--json"], stdout=subprocess.PIPE)
            return json.loads(told.stdout)["outbox"]["pending"]

        with beside.serving():
            end = time.monotonic() + 300
            while waiting() < DEAD:
                if time.monotonic() > end:
                    raise SystemExit("the events were not planned")
                time.sleep(0.5)
        self.bench.row(
            "N4", f"events to a receiver beside {DEAD:,} for one that is gone, against none beside: how many times as long",
            lambda: self.drained(alone, port, messages), lambda: self.drained(beside, port, messages), cost=True)
        if waiting() < DEAD * 0.99:
            raise SystemExit("the dead receiver's events did not wait")


def measure(tools, bench, home, sound):
    place = home / "outbox"
    place.mkdir()
    outbox = Outbox(tools, bench, place, sound)
    outbox.events()
    outbox.latency()
    outbox.mail()
    outbox.dead()
