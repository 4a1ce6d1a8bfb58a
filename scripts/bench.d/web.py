"""The rows of the web page."""

import http.cookies
import json
import re
import shutil
import statistics
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

PASSWORD = "bench horse"


class Session:
    """An administrator's browser: he sees every mailbox of his account."""

    def __init__(self, server):
        self.root, self.cookie = server.root, None
        file = server.home / "password"
        file.write_text(PASSWORD)
        server.cli("user", "create", "--account", server.account, "--username", "bench", "--admin", "--password-file", file)
        page = self.send("login")
        word = re.search(r'name="form" value="([0-9a-f]+)"', page)[1]
        self.send("login", {"form": word, "account": "Bench", "user": "bench", "password": PASSWORD})

    def send(self, path, fields=None):
        body = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(f"{self.root}/{path}", data=body, headers={"Cookie": self.cookie} if self.cookie else {})
        opener = urllib.request.build_opener(NoRedirect)
        try:
            answer = opener.open(request)
        except urllib.error.HTTPError as redirect:
            if redirect.code != 303:
                raise
            answer = redirect
        taken = http.cookies.SimpleCookie()
        for field in answer.headers.get_all("Set-Cookie") or []:
            taken.load(field)
        found = [f"{name}={cookie.value}" for name, cookie in taken.items() if cookie.value]
        self.cookie = found[0] if found else self.cookie
        return answer.read().decode()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


# Of a mailbox that is listed, and how many of one page.
SMALL, LARGE, PAGE = 100, 100_000, 50
# Events that a browser waits for; a page looks again 400 ms after it has looked, and nobody is to wait for that here.
EVENTS, REST = 21, 1.5


def fill(bench, server, boxes, sound):
    if not bench.wants("R22"):
        return
    for number, count in (("3005", SMALL), ("3006", LARGE)):
        boxes[count] = server.mailbox(number)
        server.fill(boxes[count], count, sound)


def pages(bench, server, boxes):
    """Lists of messages as the page shows them, against the same as JSON, how they grow with the mailbox, and what a browser makes of them."""
    if not bench.wants("R22"):
        return
    session = Session(server)

    def page(box, clients=32):
        return bench.wrk(f"{server.root}/boxes/{boxes[box]}/new", clients, cookie=session.cookie)

    listing = bench.wrk(f"{server.base}/{boxes['few']}/messages", 32, token=server.token)
    bench.row("R22", "web pages of a mailbox with 10 messages, 32 clients, against R7's lists of it", listing, page("few"))
    bench.row("R22b", f"web pages of {PAGE} among {LARGE:,} messages, against {SMALL}", page(SMALL, 1), page(LARGE, 1), cost=True)
    if shutil.which("chromium") and shutil.which("chromedriver"):
        with Chromium() as browser:
            browsers(bench, server, boxes, session, browser)
    else:
        bench.log("no R22c and R22d without chromium and chromedriver")


def browsers(bench, server, boxes, session, browser):
    """What one browser does is seen in another, and what the first page weighs."""
    browser.log_in(server)
    folder = f"{server.root}/boxes/{boxes[SMALL]}/new"
    browser.forget()
    browser.open(folder)
    weight = browser.run(
        "const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];"
        "return {bytes: all.reduce((sum, part) => sum + part.transferSize, 0), parts: all.length, redirects: all[0].redirectCount,"
        " cached: all.filter((part) => part.transferSize === 0).length}")
    shown = session.send(f"boxes/{boxes[SMALL]}/new").count('class="caller"')
    if weight["redirects"] or weight["cached"] or shown != PAGE:
        raise SystemExit(f"the first page is not whole, or not one answer: {weight}, {shown} messages in it")
    bench.add(
        "R22d", f"first page of {PAGE} messages with all that it fetches, {weight['parts']} answers, the list in the first", weight["bytes"] / 1000, unit="kB")

    form = re.search(r'name="form" value="([0-9a-f]+)"', session.send(f"boxes/{boxes[SMALL]}/new"))[1]
    message = re.search(r'value="saved ([0-9]{6}-[0-9a-f]{32})"', session.send(f"boxes/{boxes[SMALL]}/new"))[1]
    waits = []
    for number in range(EVENTS):
        # When the message has gone from the other's list, or come into it; a frame later it is drawn.
        wanted = "gone" if number % 2 == 0 else "there"
        browser.run(
            "const [id, wanted] = arguments, isThere = () => document.querySelector(`[value='saved ${id}']`) !== null;"
            "window.seen = null;"
            "const watch = new MutationObserver(() => { if (isThere() !== (wanted === 'there')) return; watch.disconnect();"
            " requestAnimationFrame(() => { window.seen = Date.now(); }); });"
            "watch.observe(document.querySelector('#main'), { childList: true, subtree: true });", message, wanted)
        time.sleep(REST)
        start = time.time()
        session.send(f"boxes/{boxes[SMALL]}/messages", {"form": form, "from": "new", "do": f"{'saved' if wanted == 'gone' else 'new'} {message}"})
        seen = None
        while seen is None:
            if time.time() - start > 30:
                raise SystemExit("the other browser never saw it")
            time.sleep(0.05)
            seen = browser.run("return window.seen")
        waits.append(seen - start * 1000)
    # The first may still be connecting.
    bench.add(
        "R22c", f"from a form that is sent to its end seen in another browser, the slowest of {EVENTS - 1} (median {statistics.median(waits[1:]):.0f} ms)",
        max(waits[1:]), unit="ms")


class Chromium:
    """A real browser, over WebDriver."""

    def __enter__(self):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = None
        while port is None:
            line = self.driver.stdout.readline()
            if not line:
                raise SystemExit("chromedriver did not start")
            found = re.search(r"started successfully on port ([0-9]+)", line)
            port = found and found[1]
        self.root = f"http://127.0.0.1:{port}"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio", "--window-size=1280,900"]
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}}
        self.root += "/session/" + self.send("POST", "/session", wanted)["sessionId"]
        return self

    def __exit__(self, *_):
        try:
            self.send("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.root + path, data=data, method=method, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, url):
        self.send("POST", "/url", {"url": url})

    def forget(self):
        """What it has kept of earlier pages."""
        self.send("POST", "/goog/cdp/execute", {"cmd": "Network.clearBrowserCache", "params": {}})

    def run(self, script, *arguments):
        return self.send("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def log_in(self, server):
        self.open(f"{server.root}/login")
        self.run(
            "const [name, word] = arguments; for (const [id, text] of [['account', 'Bench'], ['user', name], ['password', word]])"
            " document.querySelector('#' + id).value = text; document.querySelector('form').submit();", "bench", PASSWORD)
        for _ in range(200):
            if "/login" not in self.run("return location.pathname"):
                return
            time.sleep(0.05)
        raise SystemExit("the browser could not log in")
