"""The rows of the web page."""

import http.cookies
import re
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


def pages(bench, server, boxes):
    """Lists of messages as the page shows them, against the same as JSON, and how they grow with the mailbox."""
    if not bench.wants("R22"):
        return
    session = Session(server)

    def page(box):
        return bench.wrk(f"{server.root}/boxes/{boxes[box]}/new", 32, cookie=session.cookie)

    listing = bench.wrk(f"{server.base}/{boxes['few']}/messages", 32, token=server.token)
    bench.row("R22", "web pages of a mailbox with 10 messages, 32 clients, against R7's lists of it", listing, page("few"))
    if bench.wants("R4"):
        bench.row("R22b", f"web pages of 50 among {bench.options.messages:,} messages, against 1,000", page("thousand"), page("million"), cost=True)
