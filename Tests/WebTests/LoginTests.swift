import Foundation
import Server
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Logging in and out")
struct LoginTests {
    @Test("Who has no session sees the login page wherever he goes, and afterwards is where he wanted to go")
    func theWayIn() async throws {
        try await WebWorld.run { world in
            let start = try await world.browser.get("/")
            #expect(start.status == 303 && start["Location"] == "./login")
            let page = try await world.browser.get("/login")
            #expect(page.status == 200 && page.text.contains("<form method=\"post\" action=\"./login\">"))
            let deep = try await world.browser.get(world.path("saved"))
            #expect(deep.status == 303)
            let place = try #require(deep["Location"])
            #expect(place == "../../login?to=boxes/\(world.box.id)/saved")
            let asked = try await world.browser.get("/login?to=boxes/\(world.box.id)/saved")
            #expect(asked.field("to") == "boxes/\(world.box.id)/saved")
            let done = try await world.browser.logIn(to: "boxes/\(world.box.id)/saved")
            #expect(done.status == 303 && done["Location"] == "./boxes/\(world.box.id)/saved")
            let inbox = try await world.browser.get(world.path("saved"))
            #expect(inbox.status == 200 && inbox.shown.contains("Box 3000 · 3000"))
            // Who is logged in needs no login page.
            let again = try await world.browser.get("/login")
            #expect(again.status == 303 && again["Location"] == "./")
        }
    }

    @Test("Account by name or realm, names in any case")
    func names() async throws {
        try await WebWorld.run { world in
            _ = try await world.server.service.accounts.change(world.account.id, .patch(["realm": "acme.example"]))
            for (account, user) in [("acme", "ANNA"), ("ACME.example", "anna"), (" Acme ", " anna ")] {
                let browser = Browser(world.server)
                let answer = try await browser.logIn(account: account, user: user)
                #expect(answer.status == 303, "\(account) \(user)")
            }
        }
    }

    @Test("A wrong account, user or password, an empty one, and a user who is switched off: one and the same answer")
    func oneAnswer() async throws {
        try await WebWorld.run {
            $0.logins.maximumFailures = 100
        } _: { world in
            let off = try await world.server.makeUser("off", password: "correct horse", in: world.account)
            _ = try await world.server.service.users.change(off.id, .patch(["enabled": false]), in: world.account)
            var answers: [[String]] = []
            for (account, user, password) in [
                ("Acme", "anna", "wrong"), ("Acme", "nobody", "correct horse"), ("Nowhere", "anna", "correct horse"), ("Acme", "off", "correct horse"),
                ("Acme", "anna", ""), ("", "", ""), ("Acme", "anna", String(repeating: "x", count: 30_000)),
            ] {
                let browser = Browser(world.server)
                let answer = try await browser.logIn(account: account, user: user, password: password)
                let cookie = await browser.cookies[Cookie.session.rawValue]
                #expect(answer.status == 403 && cookie == nil, "\(account) \(user)")
                #expect(!answer.text.contains("correct horse"))
                answers.append(answer.shown)
            }
            #expect(Set(answers).count == 1)
            #expect(answers.first?.contains("Account, user name and password do not go together.") == true)
        }
    }

    @Test("Guesses count with those at other interfaces, and lock out")
    func lockOut() async throws {
        try await WebWorld.run {
            $0.logins.maximumFailures = 3
        } _: { world in
            for _ in 1...3 { try await world.browser.logIn(password: "wrong") }
            let locked = try await world.browser.logIn()
            #expect(locked.status == 429 && locked.shown.contains { $0.hasPrefix("There were too many wrong passwords.") })
            let digest = LoginDigest.md5.digest(TestWorld.username, TestWorld.password)
            let other = try await world.server.send("PUT", "/v2/user_auth", data: ["credentials": .string(digest), "account_name": "Acme"])
            #expect(other.status == 429)
            world.server.clock.advance(by: 301)
            let later = try await world.browser.logIn()
            #expect(later.status == 303)
        }
    }

    @Test("Cookies are for this program alone: no script sees them, no other site sends them with a form, over TLS they stay there")
    func cookieFlags() async throws {
        try await WebWorld.run { world in
            _ = try await world.browser.get("/login")
            let visit = await world.browser.setCookies
            #expect(visit.count == 1 && visit.allSatisfy { $0.hasSuffix("; HttpOnly; SameSite=Lax") })
            try await world.browser.logIn()
            let set = await world.browser.setCookies
            #expect(set.contains { $0.wholeMatch(of: /aftertone_session=[0-9a-f]{64}; HttpOnly; SameSite=Lax/) != nil }, "\(set)")
            #expect(set.contains("aftertone_visit=; Max-Age=0; HttpOnly; SameSite=Lax"))
        }
        try await WebWorld.run {
            $0.web.isBehindTLS = true
        } _: { world in
            try await world.browser.logIn()
            let set = await world.browser.setCookies
            #expect(!set.isEmpty && set.allSatisfy { $0.hasSuffix("; HttpOnly; SameSite=Lax; Secure") }, "\(set)")
        }
    }

    @Test("A login gives a new token, and the old one ends; the store holds neither")
    func rotation() async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            let first = try #require(await world.browser.cookies[Cookie.session.rawValue])
            // The login form again, in the same browser, as with a link in another window.
            let visit = String(repeating: "ab", count: 32)
            await world.browser.setCookie(Cookie.visit.rawValue, visit)
            let form = world.server.service.secrets.fingerprint("web visit " + visit)
            let done = try await world.browser.post(
                "/login",
                [
                    ("form", form), ("account", "Acme"), ("user", TestWorld.username), ("password", TestWorld.password),
                ])
            #expect(done.status == 303)
            let second = try #require(await world.browser.cookies[Cookie.session.rawValue])
            #expect(first != second)
            await #expect(throws: TicketError.unknown) { try await world.server.service.tickets.enter(first, .web) }
            let entry = try await world.server.service.tickets.enter(second, .web)
            #expect(entry.user?.id == world.anna.id && entry.ticket.hash != second)
        }
    }

    @Test("A session ends when nobody uses it, and lives on while somebody does")
    func idle() async throws {
        try await WebWorld.run {
            $0.web.idleSeconds = 600
        } _: { world in
            try await world.browser.logIn()
            for _ in 1...5 {
                world.server.clock.advance(by: 590)
                let answer = try await world.browser.get(world.path())
                #expect(answer.status == 200)
            }
            world.server.clock.advance(by: 661)
            let ended = try await world.browser.get(world.path())
            #expect(ended.status == 303 && ended["Location"] == "../../login?ended=1&to=boxes/\(world.box.id)/new")
            let page = try await world.browser.get("/login?ended=1")
            #expect(page.shown.contains("You were not here for a while, so you were logged out."))
        }
    }

    @Test("Who sends a form with a session that has ended reads that it was not done, and is where he was when he has logged in")
    func endedInAForm() async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            let message = try await world.leave(), box = world.box.id
            let form = try #require(try await world.browser.get(world.path()).field("form"))
            world.server.clock.advance(by: 24 * 3600)
            for (path, fields, place) in [
                ("/boxes/\(box)/messages", [("from", "new"), ("do", "trash \(message.monthID)")], "boxes/\(box)/new"),
                ("/boxes/\(box)/settings", [("do", "pin"), ("pin", "482915"), ("again", "482915")], "boxes/\(box)/settings"),
                ("/sessions", [("do", "all")], "sessions"), ("/console/import", [("do", "import"), ("list", "mailbox\n3999\n")], "console/import"),
            ] {
                let ended = try await world.browser.post(path, [("form", form)] + fields)
                let up = String(repeating: "../", count: path.split(separator: "/").count - 1)
                #expect(ended.status == 303 && ended["Location"] == "\(up.isEmpty ? "./" : up)login?ended=1&lost=1&to=\(place)")
                let page = try await world.browser.get("/login?ended=1&lost=1&to=\(place)")
                #expect(
                    page.shown.contains("You were not here for a while, so you were logged out. What you had just sent was not done.")
                        && page.field("to") == place)
            }
            // Who logs out of what has ended has lost nothing.
            let out = try await world.browser.post("/logout", [("form", form)])
            #expect(out["Location"] == "./login?ended=1")
            #expect(try await world.browser.logIn(to: "boxes/\(box)/settings")["Location"] == "./boxes/\(box)/settings")
            #expect(try await world.browser.get(world.path()).text.contains(message.monthID))
        }
    }

    @Test("Logging out takes a form of the session; a new password ends it too")
    func logOut() async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            let inbox = try await world.browser.get("/")
            let asked = try await world.browser.get("/logout")
            #expect(asked.status == 405 && asked["Allow"] == "POST")
            let stale = try await world.browser.post("/logout", [("form", String(repeating: "0", count: 64))])
            #expect(stale.status == 403)
            #expect(try await world.browser.get("/").status == 200)
            let token = try #require(await world.browser.cookies[Cookie.session.rawValue])
            let out = try await world.browser.post("/logout", [("form", try #require(inbox.field("form")))])
            #expect(out.status == 303 && out["Location"] == "./login?out=1" && out["Clear-Site-Data"] == "\"cache\"")
            #expect(await world.browser.cookies[Cookie.session.rawValue] == nil)
            await #expect(throws: TicketError.unknown) { try await world.server.service.tickets.enter(token, .web) }
            try await world.browser.logIn()
            _ = try await world.server.service.users.change(world.anna.id, .patch(["password": "a new horse"]), in: world.account)
            #expect(try await world.browser.get("/").status == 303)
        }
    }

    @Test("A login form of no visit, of another one, or of another type logs nobody in", arguments: ["none", "other", "json", "made up"])
    func loginForms(_ trouble: String) async throws {
        try await WebWorld.run { world in
            let page = try await world.browser.get("/login")
            let fields = [("form", try #require(page.field("form"))), ("account", "Acme"), ("user", "anna"), ("password", TestWorld.password)]
            switch trouble {
            case "none": await world.browser.setCookie(Cookie.visit.rawValue, nil)
            case "other": await world.browser.setCookie(Cookie.visit.rawValue, String(repeating: "c", count: 64))
            case "made up": await world.browser.setCookie(Cookie.visit.rawValue, "x\"><script>")
            default: break
            }
            let answer = try await world.browser.post("/login", fields, type: trouble == "json" ? "application/json" : "application/x-www-form-urlencoded")
            #expect(answer.status == (trouble == "json" ? 415 : 403))
            #expect(await world.browser.cookies[Cookie.session.rawValue] == nil)
            if trouble != "json" {
                // With the page that came back it works.
                let again = try await world.browser.post("/login", [("form", try #require(answer.field("form")))] + fields.dropFirst())
                #expect(again.status == 303)
            }
        }
    }

    @Test(
        "No link leads to another place than a page to go on with",
        arguments: [
            "https://evil.example/", "//evil.example/", "/\\evil.example", "boxes/../../evil", "javascript:alert(1)", "boxes/x/new", "boxes//evil.example/new",
            "logout", "console/evil", "console/", "boxes/x/settings", "sessions/", "login", "setup", "recordings/x/play",
            "boxes/x/messages/201605-00000000000000000000000000000000", "boxes/00000000000000000000000000000000/messages/evil",
        ])
    func noOpenRedirect(_ place: String) async throws {
        try await WebWorld.run { world in
            let page = try await world.browser.get("/login?to=" + (place.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""))
            #expect(page.field("to") == "")
            let done = try await world.browser.logIn(to: place)
            #expect(done.status == 303 && done["Location"] == "./")
        }
    }

    @Test("A token of another interface opens no page, and one of the page no other interface")
    func kinds() async throws {
        try await WebWorld.run { world in
            let token = String(repeating: "d", count: 64)
            try await world.server.service.tickets.open(
                token, TicketDraft(Ticket.Kind(rawValue: "kazoo"), accountID: world.account.id, userID: world.anna.id, lifetime: 600))
            await world.browser.setCookie(Cookie.session.rawValue, token)
            #expect(try await world.browser.get("/").status == 303)
            await world.browser.setCookie(Cookie.session.rawValue, nil)
            try await world.browser.logIn()
            let own = try #require(await world.browser.cookies[Cookie.session.rawValue])
            #expect(try await world.server.send("GET", "/v2/accounts/\(world.account.id)/vmboxes", token: own).status == 401)
            // A browser sends its cookie there too, and it counts for nothing.
            #expect(try await world.browser.get("/v2/accounts/\(world.account.id)/vmboxes").status == 401)
        }
    }
}
