import Server
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Logging in with a mailbox and its PIN")
struct PINLoginTests {
    private static let taken: @Sendable (inout Configuration) -> Void = { $0.web.takesPINs = true }

    @Test("The PIN opens its mailbox, with greeting and settings, and no other")
    func theWayIn() async throws {
        try await WebWorld.run(Self.taken) { world in
            try await world.setPIN("482915")
            let message = try await world.leave()
            let page = try await world.browser.get("/login")
            #expect(page.text.contains("<a href=\"./login?with=pin&amp;to=\">"))
            let asked = try await world.browser.get("/login?with=pin")
            #expect(asked.field("with") == "pin" && asked.shown.contains("Number of the mailbox"))
            // Written with spaces around it, as people paste.
            let done = try await world.browser.logIn(user: " 3000 ", password: "482915", with: "pin")
            #expect(done.status == 303 && done["Location"] == "./")
            let inbox = try await world.browser.get("/")
            #expect(inbox.status == 200 && inbox.shown.contains("Box 3000 · 3000") && inbox.shown.contains("Bob") && !inbox.shown.contains("Box 3001"))
            let saved = try await world.press("saved \(message.monthID)")
            #expect(saved.status == 303)
            #expect(try await world.folder(of: message) == .saved)
            #expect(try await world.browser.get("/boxes/\(world.box.id)/settings").status == 200)
            for path in ["/boxes/\(world.othersBox.id)/new", "/boxes/\(world.othersBox.id)/settings"] {
                #expect(try await world.browser.get(path).status == 404)
            }
        }
    }

    @Test("A wrong account, mailbox or PIN, a mailbox without one, and a PIN that is the number: one and the same answer")
    func oneAnswer() async throws {
        try await WebWorld.run {
            Self.taken(&$0)
            $0.logins.maximumFailures = 100
        } _: { world in
            try await world.setPIN("482915")
            let handedOut = try await world.server.makeMailbox("4711", in: world.account, ["pin": "4711"])
            #expect(world.server.service.mailboxes.pin(of: handedOut) != nil)
            var answers: [[String]] = []
            for (account, number, pin) in [
                ("Acme", "3000", "482916"), ("Acme", "3009", "482915"), ("Nowhere", "3000", "482915"), ("Acme", "3001", ""), ("Acme", "4711", "4711"),
                ("Acme", "3000", TestWorld.password), ("", "", ""),
            ] {
                let browser = Browser(world.server)
                let answer = try await browser.logIn(account: account, user: number, password: pin, with: "pin")
                let cookie = await browser.cookies[Cookie.session.rawValue]
                #expect(answer.status == 403 && cookie == nil && answer.field("with") == "pin", "\(account) \(number)")
                answers.append(answer.shown)
            }
            #expect(Set(answers).count == 1)
            #expect(answers.first?.contains("Account, mailbox and PIN do not go together.") == true)
        }
    }

    @Test("Where it is not allowed, a PIN opens nothing, and ends what it had opened")
    func notAllowed() async throws {
        try await WebWorld.run { world in
            try await world.setPIN("482915")
            let page = try await world.browser.get("/login?with=pin")
            #expect(page.field("with") == "password" && !page.text.contains("with=pin"))
            let fields = [("form", try #require(page.field("form"))), ("with", "pin"), ("account", "Acme"), ("user", "3000"), ("password", "482915")]
            #expect(try await world.browser.post("/login", fields).status == 403)
            // A session of the time when it was.
            let token = String(repeating: "e", count: 64)
            try await world.server.service.tickets.open(token, .web, for: .mailbox(world.withPIN()), lifetime: 600, details: [:], atMost: 9)
            await world.browser.setCookie(Cookie.session.rawValue, token)
            #expect(try await world.browser.get("/").status == 303)
        }
    }

    @Test("Ten wrong PINs lock the mailbox, wherever they come from, and not its owner's user; a right one forgets those before")
    func lockOut() async throws {
        try await WebWorld.run {
            Self.taken(&$0)
            $0.logins.maximumFailures = 1000
        } _: { world in
            try await world.setPIN("482915")
            for _ in 1...9 { try await world.browser.logIn(user: "3000", password: "0000", with: "pin") }
            #expect(try await world.browser.logIn(user: "3000", password: "482915", with: "pin").status == 303)
            let guesser = Browser(world.server)
            for attempt in 1...10 {
                // The same mailbox, however its number is written.
                let answer = try await guesser.logIn(account: attempt % 2 == 0 ? "acme" : "Acme", user: "3000", password: "000\(attempt % 10)", with: "pin")
                #expect(answer.status == 403)
            }
            let locked = try await guesser.logIn(user: "3000", password: "482915", with: "pin")
            #expect(locked.status == 429 && locked.shown.contains { $0.hasPrefix("There were too many wrong passwords.") })
            // Another mailbox, and his owner, are not locked.
            #expect(try await Browser(world.server).logIn(user: "3001", password: "0000", with: "pin").status == 403)
            #expect(try await Browser(world.server).logIn().status == 303)
            let counts = try await world.server.service.access.loginCounts(after: "", limit: 100)
            #expect(counts.contains { $0.kind == .mailbox && $0.label == "3000" && $0.failures == 10 })
            world.server.clock.advance(by: 901)
            #expect(try await guesser.logIn(user: "3000", password: "482915", with: "pin").status == 303)
        }
    }

    @Test("Another PIN ends the sessions of the one before but for the one that set it; a removed mailbox ends all")
    func changedPIN() async throws {
        try await WebWorld.run(Self.taken) { world in
            try await world.setPIN("482915")
            let other = Browser(world.server)
            for browser in [world.browser, other] { try await browser.logIn(user: "3000", password: "482915", with: "pin") }
            let settings = "/boxes/\(world.box.id)/settings", form = try #require(try await world.browser.get(settings).field("form"))
            let changed = try await world.browser.post(settings, [("form", form), ("do", "pin"), ("pin", "777123"), ("again", "777123")])
            #expect(changed.status == 303)
            #expect(try await world.browser.get("/").status == 200)
            #expect(try await other.get("/").status == 303)
            // By another interface.
            try await world.setPIN("5550199")
            #expect(try await world.browser.get("/").status == 303)
            try await other.logIn(user: "3000", password: "5550199", with: "pin")
            #expect(try await other.get("/").status == 200)
            _ = try await world.server.service.mailboxes.remove(world.box.id, in: world.account)
            #expect(try await other.get("/").status == 303)
        }
    }
}

extension WebWorld {
    /// Anna's mailbox as it is now.
    fileprivate func withPIN() async throws -> Mailbox { try await server.service.mailboxes.find(box.id, of: account) }
}
