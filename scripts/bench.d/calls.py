"""The rows of the telephone: calls recorded at once, their memory, the clock they go by, what a disk that is cut off keeps of them, and call set-ups."""

import json
import os
import pathlib
import random
import re
import select
import signal
import socket
import struct
import subprocess
import time
import urllib.request

CONFIGURATION = """\
sip:
  listen: 127.0.0.1:{port}
  limits:
    calls: 5000
    calls_of_peer: 5000
    calls_per_second: 10000
limits:
  messages_per_mailbox: 100000
"""

# Bytes of sound in a packet of 20 ms (RFC 3551 §4.5.14), and packets a second.
PACKET, PER_SECOND = 160, 50
# What every caller says, over and over: a rising tone would do as well, but not silence, which might end the recording.
SPEECH = bytes((0x20 + (7 * position) % 64) & 0xFF for position in range(PACKET))
# Calls begun a second: slow enough to measure calls and not their beginning.
RAMP = 100


class Call:
    """A call from one socket for its sound; the signalling of all goes over another."""

    def __init__(self, number, line, server, callee):
        self.id, self.line, self.server = f"bench-{number}@127.0.0.1", line, server
        self.target, self.to, self.sent, self.isUp, self.isOver = f"sip:{callee}@127.0.0.1:{server}", "", 0, False, False
        self.callee = self.target
        self.sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sound.bind(("127.0.0.1", 0))
        self.sequence, self.source = 0, number + 1

    def request(self, method, number, body=""):
        here = self.line.getsockname()[1]
        lines = [
            f"{method} {self.target} SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:{here};branch=z9hG4bK{self.id[:-10]}-{method}-{number};rport",
            "Max-Forwards: 70", f"From: <sip:2001@127.0.0.1:{here}>;tag={self.id[:-10]}", f"To: <{self.callee}>{self.to}",
            f"Call-ID: {self.id}", f"CSeq: {number} {method}", f"Contact: <sip:2001@127.0.0.1:{here}>"]
        if body:
            lines.append("Content-Type: application/sdp")
        text = "\r\n".join(lines + [f"Content-Length: {len(body)}", "", body])
        self.line.sendto(text.encode(), ("127.0.0.1", self.server))

    def ring(self):
        port = self.sound.getsockname()[1]
        self.request("INVITE", 1, "\r\n".join([
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", f"m=audio {port} RTP/AVP 0 101",
            "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", ""]))

    def heard(self, status, method, answer):
        if method == "INVITE" and status >= 200:
            if status >= 300:
                raise SystemExit(f"a call was refused: {answer}")
            self.to = ";tag=" + re.search(r"^To:.*;tag=([^;\r\n]+)", answer, re.M | re.I)[1]
            self.target = re.search(r"^Contact: *<([^>]+)>", answer, re.M | re.I)[1]
            self.request("ACK", 1)
            if not self.isUp:
                self.sound.connect(("127.0.0.1", int(re.search(r"^m=audio (\d+)", answer, re.M)[1])))
                self.isUp = True
        elif method == "BYE" and status >= 200:
            self.isOver = True

    def speak(self):
        self.sequence += 1
        self.sent += 1
        self.sound.send(struct.pack(">BBHII", 0x80, 0, self.sequence & 0xFFFF, self.sequence * PACKET, self.source) + self.speech())

    def speech(self):
        return SPEECH


class CountingCall(Call):
    """Says in each packet which one it is."""

    def speech(self):
        return struct.pack(">I", self.sequence) + SPEECH[4:]


class Callers:
    """Many calls at once, from one thread: each speaks every twenty milliseconds, and they take turns within those."""

    def __init__(self, count, server, callee, kind=Call):
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.bind(("127.0.0.1", 0))
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.calls = [kind(number, self.line, server, callee) for number in range(count)]
        self.by_id = {call.id: call for call in self.calls}
        self.turns = [self.calls[turn::20] for turn in range(20)]
        self.start, self.millisecond = time.monotonic(), 0
        # The longest time that the caller itself was late, in milliseconds.
        self.behind = 0

    def listen(self):
        while select.select([self.line], [], [], 0)[0]:
            answer = self.line.recv(65536).decode()
            method = re.search(r"^CSeq: *\d+ (\w+)", answer, re.M | re.I)[1]
            if answer.startswith("SIP/2.0"):
                self.by_id[re.search(r"^Call-ID: *(\S+)", answer, re.M | re.I)[1]].heard(int(answer[8:11]), method, answer)

    def go_on(self, until):
        """Speaks until a condition holds."""
        while not until():
            passed = int((time.monotonic() - self.start) * 1000)
            self.behind = max(self.behind, passed - self.millisecond)
            while self.millisecond < passed:
                for call in self.turns[self.millisecond % 20]:
                    if call.isUp:
                        call.speak()
                self.millisecond += 1
            self.listen()
            time.sleep(0.0005)

    def go_on_for(self, seconds):
        end = time.monotonic() + seconds
        self.go_on(lambda: time.monotonic() >= end)

    def ring(self):
        for first in range(0, len(self.calls), RAMP // 10):
            for call in self.calls[first:first + RAMP // 10]:
                call.ring()
            self.go_on_for(0.1)
        end = time.monotonic() + 30
        self.go_on(lambda: all(call.isUp for call in self.calls) or time.monotonic() > end)
        if not all(call.isUp for call in self.calls):
            raise SystemExit("not all calls were answered")

    def hang_up(self):
        for call in self.calls:
            call.isUp = False
            call.request("BYE", 2)
            time.sleep(0.001)
            self.listen()
        end = time.monotonic() + 30
        self.go_on(lambda: all(call.isOver for call in self.calls) or time.monotonic() > end)
        for call in self.calls:
            call.sound.close()
        self.line.close()


def busy(process):
    """Seconds that a process has kept a processor busy."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def metrics(server):
    with urllib.request.urlopen(server.root + "/metrics") as answer:
        return answer.read().decode()


def metric(text, name):
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M))


def steps(text):
    """How many steps of the clock were at most so late."""
    return {float(bound): float(count) for bound, count in
            re.findall(r'^aftertone_call_clock_late_seconds_bucket{le="([0-9.]+)"} (\S+)$', text, re.M)}


def percentile(before, after, share):
    """The bound, in milliseconds, below which so much of what was counted meanwhile lies."""
    grown = {bound: after[bound] - before.get(bound, 0) for bound in after}
    total = max(grown.values())
    return min((bound for bound, count in grown.items() if count >= share * total), default=float("inf")) * 1000


def measure(bench, make, free_port, home):
    """`make` makes a server of a directory and a configuration."""
    if bench.wants("R17"):
        cut_off(bench, make, free_port, home)
    if not (bench.wants("R10") or bench.wants("R12") or bench.wants("R19")):
        return
    directory, port = home / "calls", free_port()
    directory.mkdir()
    server = make(directory, CONFIGURATION.format(port=port))
    box = server.mailbox(3001)
    with server.serving():
        server.call("POST", f"/{box}", b'{"data": {"name": "Calls", "mailbox": "3001", "skip_greeting": true, "skip_instructions": true}}')
        time.sleep(3)
        if bench.wants("R12"):
            setups(bench, port, free_port)
        if bench.wants("R10") or bench.wants("R19"):
            at_once(bench, server, port, box)


def at_once(bench, server, port, box):
    count, seconds = bench.options.calls, bench.options.call_seconds
    ceiling = bench.measure("receive", "--sockets", count)
    before, alone = ceiling(), server.resident()
    callers = Callers(count, port, "3001")
    callers.ring()
    # All of them have heard the tone by then.
    callers.go_on_for(5)
    callers.behind = 0
    start, worked, late = time.monotonic(), busy(server.process), steps(metrics(server))
    callers.go_on_for(seconds)
    passed, worked = time.monotonic() - start, busy(server.process) - worked
    held, text = server.resident(), metrics(server)
    callers.hang_up()
    after = ceiling()
    check(server, box, count, passed)
    ours, reference = count * passed / worked, (before + after) / 2 / PER_SECOND
    share = f"{count} calls recorded at once for {passed:.0f} s, each packet in its file; calls a core"
    bench.add("R10", share, ours / reference, unit="", ours=ours, yardstick=reference, low=ours / reference, high=ours / reference, rounds=[])
    if (theirs := asterisk(bench)) is not None:
        bench.add(
            "R10c", f"the same, against {bench.options.asterisk_calls} of Asterisk's Record()", ours / theirs, unit="", ours=ours, yardstick=theirs,
            low=ours / theirs, high=ours / theirs, rounds=[])
    bench.add("R10b", f"99 of 100 steps of the clock at most so late (the caller itself: {callers.behind} ms)", percentile(late, steps(text), 0.99), unit="ms")
    bench.add("R19c", f"memory of each of {count} calls under way", (held - alone) * 1000 / count, unit="kB")


def cut_off(bench, make, free_port, home):
    """What a file system has of calls at a moment when nothing more reaches its disk: a copy of the disk is mounted, as after a loss of power."""
    if os.geteuid() != 0:
        bench.log("R17 is left out: root mounts its disks")
        return
    count, moments = 20, 20
    disk, copy, port = home / "disk", home / "copy", free_port()
    for place in (disk, copy):
        place.mkdir()
    image = home / "disk.image"
    subprocess.run(["truncate", "-s", "1G", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, disk], check=True)
    try:
        server, lost, copied = make(disk, CONFIGURATION.format(port=port)), [], 0
        box = server.mailbox(3001)
        with server.serving():
            server.call("POST", f"/{box}", b'{"data": {"name": "Calls", "mailbox": "3001", "skip_greeting": true, "skip_instructions": true}}')
            callers = Callers(count, port, "3001", CountingCall)
            callers.ring()
            callers.go_on_for(5)
            for moment in range(moments):
                callers.go_on_for(random.uniform(0.5, 1.5))
                said = {call.id: call.sequence for call in callers.calls}
                # Nothing is written meanwhile but what the kernel writes by itself.
                server.process.send_signal(signal.SIGSTOP)
                start = time.monotonic()
                subprocess.run(["cp", "--sparse=always", image, home / "copy.image"], check=True)
                copied = max(copied, time.monotonic() - start)
                server.process.send_signal(signal.SIGCONT)
                callers.go_on_for(0)
                subprocess.run(["mount", "-o", "loop", home / "copy.image", copy], check=True)
                try:
                    kept = dict(last_packet(file.read_bytes()) for file in (copy / "data/captures").glob("*.part"))
                finally:
                    subprocess.run(["umount", copy], check=True)
                lost += [(said[call] - kept.get(call, 0)) * 1000 // PER_SECOND for call in said]
            callers.hang_up()
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
    lost.sort()
    bench.add(
        "R17", f"sound of {count} calls that a disk cut off at {moments} moments does not have, the most (the median: {lost[len(lost) // 2]} ms; "
        f"a copy took {copied * 1000:.0f} ms at most)", lost[-1], unit="ms")


def last_packet(capture):
    """Of which call a recording is, and the number of the last packet in it."""
    start = capture.index(b"\n") + 1
    length = struct.unpack("<I", capture[start:start + 4])[0]
    facts, sound = json.loads(capture[start + 4:start + 4 + length]), capture[start + 4 + length:]
    for place in range(len(sound) // PACKET - 1, -1, -1):
        packet = sound[place * PACKET:(place + 1) * PACKET]
        if packet[4:] == SPEECH[4:]:
            return facts["callID"], struct.unpack(">I", packet[:4])[0]
    return facts["callID"], 0


def asterisk(bench):
    """The calls a core that Asterisk records; nothing where it was not laid."""
    root = pathlib.Path(__file__).resolve().parent.parent.parent / ".build" / "asterisk"
    if not (root / "laid").exists() or os.geteuid() != 0:
        bench.log("R10c is left out: `scripts/install asterisk`, as root, lays what it is measured against")
        return None
    count, seconds = bench.options.asterisk_calls, bench.options.call_seconds
    for file in (root / "var/spool/asterisk/rec").glob("*"):
        file.unlink()
    with subprocess.Popen(["chroot", root, "asterisk", "-f", "-U", "asterisk"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            time.sleep(15)
            callers = Callers(count, 5090, "rec")
            callers.ring()
            callers.go_on_for(5)
            start, worked = time.monotonic(), busy(process)
            callers.go_on_for(seconds)
            passed, worked = time.monotonic() - start, busy(process) - worked
            callers.hang_up()
        finally:
            process.terminate()
    # It closes its files when it ends; 16-bit samples.
    short = [file.name for file in (root / "var/spool/asterisk/rec").glob("*.wav") if file.stat().st_size < passed * 16000]
    if short:
        raise SystemExit(f"Asterisk's own recordings are too short: {short[:5]}")
    return count * passed / worked


def check(server, box, count, seconds):
    """Nothing was lost on the way, and each message is as long as its caller spoke."""
    end = time.monotonic() + 60
    while True:
        messages = server.call("GET", f"/{box}/messages?paginate=false")["data"]
        if len(messages) >= count or time.monotonic() > end:
            break
        time.sleep(0.5)
    text = metrics(server)
    lost, late = metric(text, "aftertone_call_packets_lost_total"), metric(text, "aftertone_call_packets_late_total")
    short = [message["length"] for message in messages if message["length"] < seconds * 1000]
    if len(messages) != count or lost or late or short:
        raise SystemExit(f"{len(messages)} messages of {count} calls, {lost:.0f} packets lost, {late:.0f} late, too short: {short[:10]}")


def setups(bench, port, free_port):
    """Calls that are hung up as soon as they are answered, against sipp's own answering machine."""
    number = 500 * bench.options.seconds

    def caller(target):
        def once():
            start = time.monotonic()
            subprocess.run(
                ["sipp", "-sn", "uac", "-s", "3001", "-i", "127.0.0.1", "-p", str(free_port()), "-m", str(number), "-l", "50", "-r", "100000", "-nostdin",
                 f"127.0.0.1:{target}"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return number / (time.monotonic() - start)
        return once

    answering = free_port()
    machine = subprocess.Popen(
        ["sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", str(answering), "-nostdin"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        bench.row("R12", "call set-ups, 50 at a time", caller(answering), caller(port))
    finally:
        machine.kill()
        machine.wait()
