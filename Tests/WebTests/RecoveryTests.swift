import Delivery
import Foundation
import Server
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("A forgotten password")
struct RecoveryTests {
    /// A server that sends its mail to `receiver`; Anna has an address, Bert has none.
    private static func run(
        _ receiver: MailReceiver = MailReceiver(), at path: String = "/", sendsMail: Bool = true, address: String? = "https://voicemail.example.com/",
        _ configure: (inout Configuration) -> Void = { _ in },
        _ body: @Sendable (WebWorld) async throws -> Void
    ) async throws {
        try await receiver.run { port in
            let sender = try #require(MailAddress("voicemail@example.com"))
            try await WebWorld.run {
                let server = MailServer(host: "127.0.0.1", port: port, security: .none, sender: sender, attemptSeconds: 600)
                $0.mail = sendsMail ? server : nil
                $0.http.publicURL = address
                $0.web.path = path
                $0.outbox.intervalMilliseconds = 10
                configure(&$0)
            } _: { world in
                _ = try await world.server.service.users.change(world.anna.id, .patch(["email": "anna@acme.example"]), in: world.account)
                try await body(world)
            }
        }
    }

    private static func ask(_ browser: Browser, _ account: String = "Acme", _ user: String = "ANNA", at root: String = "/") async throws -> Answer {
        let form = try #require(try await browser.get(root + "forgotten").field("form"))
        return try await browser.post(root + "forgotten", [("form", form), ("account", account), ("user", user)])
    }

    private static func link(in mail: MailReceiver.Mail?) throws -> String {
        let text = try #require(mail?.mime.parts.first).parts[0].text
        return String(try #require(text.firstMatch(of: /\nhttps:\/\/voicemail\.example\.com(\/\S*reset\?recovery=[0-9a-f]{137})\n/), "\(text)").1)
    }

    private static func set(_ browser: Browser, _ link: String, _ password: String, _ again: String? = nil) async throws -> Answer {
        // A link that is over shows no form.
        let page = link.replacing(/reset\?.*/, with: "forgotten"), form = try #require(try await browser.get(page).field("form"))
        return try await browser.post(
            String(link.prefix { $0 != "?" }), [("form", form), ("recovery", String(link.suffix(137))), ("password", password), ("again", again ?? password)])
    }

    /// Waits until nothing is left to be told.
    private static func settle(_ server: TestServer) async throws {
        while true {
            let isPlanned = try await server.service.store.read { try $0.unplannedEvents(limit: 1).isEmpty }
            if isPlanned, try await server.service.outbox.totals().pending == 0 { return }
            await Task.yield()
        }
    }

    @Test("Who asks is mailed a link in his language, which sets a new password once and ends his sessions", arguments: ["/", "/voicemail/"])
    func theWay(_ root: String) async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver, at: root) { world in
            let elsewhere = Browser(world.server), browser = world.browser
            try await elsewhere.logIn(at: root)
            _ = try await world.server.service.users.change(world.anna.id, .patch(["language": "es"]), in: world.account)
            #expect(try await browser.get(root + "login").text.contains("<a href=\"./forgotten\">"))
            let asked = try await Self.ask(browser, at: root)
            #expect(asked.status == 303 && asked["Location"] == "./forgotten?asked=1")
            let told = "If there is such a user and he has a mail address, a link is on its way to it. It is good for an hour."
            #expect(try await browser.get(root + "forgotten?asked=1").shown.contains(told))
            await receiver.wait(for: 1)
            let mail = try #require(receiver.mails.first), link = try Self.link(in: mail)
            #expect(mail.receiver == "anna@acme.example" && mail.mime.subject == "Elija una contraseña nueva" && link.hasPrefix(root + "reset?"))
            // Looking at the page uses nothing up.
            for _ in 1...2 { #expect(try await browser.get(link).text.contains("id=\"again\"")) }
            let done = try await Self.set(browser, link, "a newer horse")
            #expect(done.status == 303 && done["Location"] == "./login?reset=1")
            #expect(try await browser.get(root + "login?reset=1").shown.contains("The password is changed. Log in with it."))
            #expect(try await elsewhere.get(root).status == 303)
            #expect(try await Browser(world.server).logIn(at: root).status == 403)
            #expect(try await Browser(world.server).logIn(password: "a newer horse", at: root).status == 303)
            // Once.
            let again = try await Self.set(Browser(world.server), link, "another horse")
            #expect(again.status == 403 && again.shown.contains("This link is no longer good: it was used, or it is older than an hour."))
            #expect(try await Browser(world.server).logIn(password: "a newer horse", at: root).status == 303)
        }
    }

    @Test(
        "Nobody learns whom there is and who has an address",
        arguments: [("Acme", "nobody"), ("Nosuch", "anna"), ("Acme", "bert"), ("", ""), ("<b>", "\u{202E}x")])
    func strangers(_ account: String, _ user: String) async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { world in
            let known = try await Self.ask(Browser(world.server)), stranger = try await Self.ask(Browser(world.server), account, user)
            #expect(known.status == stranger.status && known["Location"] == stranger["Location"] && known.text == stranger.text)
            await receiver.wait(for: 1)
            try await Self.settle(world.server)
            #expect(receiver.mails.map(\.receiver) == ["anna@acme.example"])
        }
    }

    @Test("Asking counts as a failed login, so that nobody asks without end; a user is sent three an hour")
    func bounds() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) {
            $0.logins.maximumFailures = 5
        } _: { world in
            for _ in 1...5 { #expect(try await Self.ask(Browser(world.server)).status == 303) }
            let locked = try await Self.ask(Browser(world.server))
            #expect(locked.status == 429 && locked.shown.contains { $0.hasPrefix("There were too many wrong passwords.") })
            #expect(locked.text.contains("value=\"ANNA\""))
            await receiver.wait(for: 3)
            try await Self.settle(world.server)
            #expect(receiver.mails.count == 3)
        }
    }

    @Test("Two that differ, none, and one that cannot be are refused and leave the link good; a form of another visit does too")
    func wrong() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { world in
            _ = try await Self.ask(world.browser)
            await receiver.wait(for: 1)
            let link = try Self.link(in: receiver.mails.first)
            for (password, again) in [("one", "other"), ("", "")] {
                let answer = try await Self.set(world.browser, link, password, again)
                #expect(answer.status == 400 && answer.shown.contains("The two passwords differ, or there is none. Nothing was changed."))
                #expect(!answer.text.contains("value=\"one\""))
            }
            let fields = [("recovery", String(link.suffix(137))), ("password", "x horse"), ("again", "x horse")]
            for word in ["", "x", String(repeating: "0", count: 64)] {
                #expect(try await world.browser.post("/reset", fields + [("form", word)]).status == 403)
            }
            let browser = Browser(world.server), form = try #require(try await browser.get("/forgotten").field("form"))
            #expect(try await world.browser.post("/reset", fields + [("form", form)]).status == 403)
            #expect(try await Self.set(world.browser, link, "a newer horse").status == 303)
        }
    }

    @Test("Of two who use a link at once one sets his password")
    func race() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { world in
            _ = try await Self.ask(world.browser)
            await receiver.wait(for: 1)
            let link = try Self.link(in: receiver.mails.first)
            let statuses = try await withThrowingTaskGroup(of: (String, Int).self) { tasks in
                for name in ["one", "two", "three", "four"] {
                    tasks.addTask { (name, try await Self.set(Browser(world.server), link, name + " horse").status) }
                }
                return try await tasks.reduce(into: [(String, Int)]()) { $0.append($1) }
            }
            let winners = statuses.filter { $0.1 == 303 }
            #expect(winners.count == 1 && statuses.filter { $0.1 == 403 }.count == 3, "\(statuses)")
            for (name, status) in statuses {
                let login = try await Browser(world.server).logIn(password: name + " horse").status
                #expect(login == (status == 303 ? 303 : 403), "\(name)")
            }
        }
    }

    @Test("A link ends after its hour and with its user; wrong ones count as failed logins")
    func over() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) {
            $0.logins.maximumFailures = 8
        } _: { world in
            _ = try await Self.ask(world.browser)
            await receiver.wait(for: 1)
            let first = try Self.link(in: receiver.mails.first)
            world.server.clock.advance(by: Access.passwordResetLifetime)
            #expect(try await world.browser.get(first).status == 403)
            _ = try await Self.ask(world.browser)
            await receiver.wait(for: 2)
            let second = try Self.link(in: receiver.mails.last)
            _ = try await world.server.service.users.change(world.anna.id, .patch(["enabled": false]), in: world.account)
            #expect(try await world.browser.get(second).status == 403)
            var statuses: [Int] = []
            for _ in 1...8 { statuses.append(try await world.browser.get("/reset?recovery=" + String(repeating: "0", count: 137)).status) }
            #expect(statuses.first == 403 && statuses.last == 429)
        }
    }

    @Test("Without mail, or without an address of the server's, there is nothing of it", arguments: [true, false])
    func without(_ hasMail: Bool) async throws {
        try await Self.run(sendsMail: hasMail, address: hasMail ? nil : "https://voicemail.example.com") { world in
            let login = try await world.browser.get("/login")
            #expect(login.status == 200 && !login.text.contains("forgotten"))
            for path in ["/forgotten", "/reset?recovery=x"] { #expect(try await world.browser.get(path).status == 404) }
            #expect(try await world.browser.post("/forgotten", [("account", "Acme"), ("user", "anna")]).status == 404)
        }
    }
}
