import Foundation
import Logging
import Server
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("The console of who looks after an account")
struct ConsoleTests {
    /// With an administrator, who is logged in.
    static func run(ofServer: Bool = false, tail: LogTail? = nil, _ body: @Sendable (WebWorld, Browser) async throws -> Void) async throws {
        try await WebWorld.run(tail: tail) { world in
            let account = ofServer ? try await world.server.makeAccount("Operators", actsOnAllAccounts: true) : world.account
            let chief = try await world.server.makeUser("chief", password: "chief horse", in: account)
            _ = try await world.server.service.users.change(chief.id, .patch(["priv_level": "admin"]), in: account)
            let browser = Browser(world.server)
            try await browser.logIn(account: account.name, user: "chief", password: "chief horse")
            try await body(world, browser)
        }
    }

    static func post(_ browser: Browser, _ page: String, _ fields: [(String, String)]) async throws -> Answer {
        let form = try #require(try await browser.get("/console").text.contains("action=\"./logout\"") ? try await browser.get("/console").field("form") : nil)
        return try await browser.post("/console/\(page)", [("form", form)] + fields)
    }

    @Test("What there is of the account, and a way there from every page of an administrator's")
    func overview() async throws {
        try await Self.run { world, browser in
            _ = try await world.leave()
            #expect(try await browser.get("/").text.contains("href=\"./console\""))
            let page = try await browser.get("/console")
            #expect(page.status == 200 && page.shown.contains(world.account.id) && page.shown.contains("All mailboxes"))
            #expect(!page.shown.contains("Failed logins") && !page.shown.contains("Accounts"))
        }
    }

    @Test("Who looks after the server sees the last errors and warnings of its log, as text; the others do not")
    func troubles() async throws {
        let tail = LogTail(), logger = Logger(label: "aftertone") { _ in ServerLog(LogLevels(LogSettings()), to: Nowhere(), tail: tail) }
        try await Self.run(ofServer: true, tail: tail) { world, browser in
            #expect(try await browser.get("/console").shown.contains("There were none."))
            logger.warning("the <b>disk</b> is nearly full", metadata: ["free": "12"])
            let page = try await browser.get("/console")
            #expect(page.shown.contains("the <b>disk</b> is nearly full free=12") && page.text.contains("&lt;b&gt;disk"))
            #expect(page.text.contains("Warning · <code>server</code>"))
            let chief = try await world.server.makeUser("boss", password: "boss horse", in: world.account)
            _ = try await world.server.service.users.change(chief.id, .patch(["priv_level": "admin"]), in: world.account)
            let other = Browser(world.server)
            try await other.logIn(user: "boss", password: "boss horse")
            let hers = try await other.get("/console")
            #expect(hers.status == 200 && !hers.text.contains("nearly full") && !hers.shown.contains("Last errors and warnings"))
        }
    }

    /// Takes lines and drops them.
    private struct Nowhere: TextOutputStream, Sendable {
        func write(_: String) {}
    }

    @Test("Mailboxes are listed with owners and counts, made, given to somebody else and deleted")
    func mailboxes() async throws {
        try await Self.run { world, browser in
            _ = try await world.leave()
            let page = try await browser.get("/console/mailboxes")
            #expect(page.shown.contains("Box 3000") && page.shown.contains("anna") && page.shown.contains("bert"))
            let made = try await Self.post(
                browser, "mailboxes", [("do", "make"), ("number", "3005"), ("name", "<b>Sales"), ("owner", "ANNA"), ("pin", "482915")])
            #expect(made.status == 303 && made["Location"] == "../console/mailboxes?told=made")
            let box = try #require(try await world.server.service.mailboxes.find(number: "3005", of: world.account))
            #expect(box.ownerID == world.anna.id && world.server.service.mailboxes.pinOpens(box, "482915"))
            #expect(try await browser.get("/console/mailboxes?told=made").text.contains("&lt;b&gt;Sales"))
            let given = try await Self.post(browser, "mailboxes", [("do", "owner \(box.id)"), ("owner", "bert")])
            #expect(given.status == 303)
            #expect(try await world.server.service.mailboxes.find(box.id, of: world.account).ownerID == world.othersBox.ownerID)
            _ = try await Self.post(browser, "mailboxes", [("do", "owner \(box.id)"), ("owner", "")])
            #expect(try await world.server.service.mailboxes.find(box.id, of: world.account).ownerID == nil)
            #expect(try await Self.post(browser, "mailboxes", [("do", "remove \(box.id)")]).status == 303)
            #expect(try await world.server.service.mailboxes.find(number: "3005", of: world.account) == nil)
        }
    }

    @Test("What is under legal hold stays, and the page says why")
    func held() async throws {
        try await Self.run { world, browser in
            _ = try await world.server.service.holds.place(on: .mailbox, world.box.id, in: world.account, reason: "case 12")
            let refused = try await Self.post(browser, "mailboxes", [("do", "remove \(world.box.id)")])
            #expect(refused.status == 409 && refused.shown.contains("This is under legal hold"))
            #expect(try await world.server.service.mailboxes.find(world.box.id, of: world.account).id == world.box.id)
        }
    }

    @Test(
        "What is wrong with a mailbox is told, and nothing changes",
        arguments: [
            (["number": "3000"], "The number is taken, or cannot be dialled. Nothing was changed."),
            (["number": ""], "The number is taken, or cannot be dialled. Nothing was changed."),
            (["number": "3005", "owner": "nobody"], "There is no user of that name. Nothing was changed."),
            (["number": "reception"], "The number is taken, or cannot be dialled. Nothing was changed."),
            (["number": "<b>1"], "The number is taken, or cannot be dialled. Nothing was changed."),
            (["number": "3005", "pin": "12ab"], "A PIN has at least four digits, and no more than the server takes. Nothing was changed."),
            (["number": "3005", "pin": "3005"], "That PIN is the number of the mailbox, and would open nothing. Nothing was changed."),
            (["number": "3005", "pin": "12"], "A PIN has at least four digits, and no more than the server takes. Nothing was changed."),
        ])
    func wrongMailboxes(_ fields: [String: String], _ words: String) async throws {
        try await Self.run { world, browser in
            let answer = try await Self.post(browser, "mailboxes", [("do", "make")] + fields.map { ($0.key, $0.value) })
            #expect(answer.status == 400 && answer.shown.contains(words), "\(answer.shown)")
            #expect(try await world.server.service.mailboxes.personalCount(of: world.account) == 2)
        }
    }

    @Test("Users are made, get passwords, are kept out and let in again; nobody keeps himself out")
    func users() async throws {
        try await Self.run { world, browser in
            let made = try await Self.post(
                browser, "users",
                [("do", "make"), ("username", "dora"), ("first", "Dora"), ("last", "Dunn"), ("mail", "dora@acme.example"), ("password", "dora horse")])
            #expect(made.status == 303)
            let dora = try #require(try await world.server.service.users.find(named: "dora", of: world.account))
            #expect(!dora.isAdministrator && dora.email == "dora@acme.example")
            #expect(try await browser.get("/console/users").shown.contains("Dora Dunn"))
            let hers = Browser(world.server)
            #expect(try await hers.logIn(user: "dora", password: "dora horse").status == 303)
            #expect(try await Self.post(browser, "users", [("do", "password \(dora.id)"), ("password", "newer horse")]).status == 303)
            #expect(try await hers.get("/").status == 303)
            #expect(try await hers.logIn(user: "dora", password: "newer horse").status == 303)
            #expect(try await Self.post(browser, "users", [("do", "off \(dora.id)")]).status == 303)
            #expect(try await Browser(world.server).logIn(user: "dora", password: "newer horse").status == 403)
            #expect(try await Self.post(browser, "users", [("do", "on \(dora.id)")]).status == 303)
            #expect(try await Browser(world.server).logIn(user: "dora", password: "newer horse").status == 303)
            let chief = try #require(try await world.server.service.users.find(named: "chief", of: world.account))
            let himself = try await Self.post(browser, "users", [("do", "off \(chief.id)")])
            #expect(himself.status == 400 && himself.shown.contains("You cannot keep yourself out. Nothing was changed."))
            for (fields, words) in [
                ([("username", "anna"), ("password", "x")], "The user name is taken, or cannot be used. Nothing was changed."),
                ([("username", "emil"), ("password", "")], "The password is missing, or cannot be used. Nothing was changed."),
                ([("username", "emil"), ("password", "x"), ("mail", "nobody")], "One of these is no mail address. Nothing was changed."),
            ] {
                let answer = try await Self.post(browser, "users", [("do", "make")] + fields)
                #expect(answer.status == 400 && answer.shown.contains(words), "\(answer.shown)")
            }
            #expect(try await world.server.service.users.find(named: "emil", of: world.account) == nil)
        }
    }

    @Test("The outbox shows what was given up, has it tried again and drops it; that of another account is not there")
    func outbox() async throws {
        try await Self.run { world, browser in
            let other = try await world.server.makeAccount("Other"), now = world.server.clock.now
            func delivery(_ account: Account) -> Delivery {
                Delivery(
                    channel: "mail", target: "anna@acme.example", accountID: account.id, eventSerial: 1, payload: [:], state: .dead, attempts: 7, due: now,
                    failure: "550 <no>", created: now)
            }
            let own = delivery(world.account), foreign = delivery(other)
            try await world.server.service.store.write { writer in
                try writer.insert(own)
                try writer.insert(foreign)
            }
            let page = try await browser.get("/console/outbox")
            #expect(
                page.shown.contains("550 <no>") && page.shown.contains("given up") && page.text.contains("retry \(own.id)") && !page.text.contains(foreign.id))
            for deed in ["retry", "drop"] { #expect(try await Self.post(browser, "outbox", [("do", "\(deed) \(foreign.id)")]).status == 404) }
            #expect(try await Self.post(browser, "outbox", [("do", "drop \(own.id)")]).status == 303)
            #expect(try await browser.get("/console/outbox").shown.contains("Nothing waits to be told."))
            #expect(try await world.server.service.outbox.find(foreign.id).state == .dead)
        }
    }

    @Test("Who looks after the server sees who is locked out, lifts it, and makes accounts")
    func ofServer() async throws {
        try await Self.run(ofServer: true) { world, browser in
            for _ in 1...3 { try await Browser(world.server).logIn(password: "wrong") }
            let page = try await browser.get("/console/logins")
            #expect(page.shown.contains("anna") && page.shown.contains("Failures: 3 ·") && page.shown.contains("login"))
            let count = try #require(try await world.server.service.access.loginCounts(after: "", limit: 9).first { $0.label == "anna" })
            #expect(try await Self.post(browser, "logins", [("do", "lift \(count.id)")]).status == 303)
            #expect(try await Self.post(browser, "logins", [("do", "lift \(count.id)")]).status == 404)
            #expect(try await Self.post(browser, "accounts", [("do", "make"), ("name", "Third")]).status == 303)
            let listed = try await browser.get("/console/accounts").shown
            #expect(listed.contains("Third") && listed.contains("Acme"))
            let again = try await Self.post(browser, "accounts", [("do", "make"), ("name", "third")])
            #expect(again.status == 400 && again.shown.contains("The name is taken, or cannot be used. Nothing was changed."))
        }
    }

    @Test("To all others there is no console", arguments: ConsolePage.allCases)
    func refusals(_ page: ConsolePage) async throws {
        try await Self.run { world, browser in
            let path = "/console/\(page.rawValue)", service = world.server.service
            #expect(try await Browser(world.server).get(path).status == 303)
            try await world.browser.logIn()
            let form = try #require(try await world.browser.get("/").field("form"))
            #expect(!(try await world.browser.get("/")).text.contains("href=\"./console\""))
            #expect(try await world.browser.get(path).status == 404)
            let deeds = ["make", "off \(world.anna.id)", "remove \(world.box.id)", "lift x", "drop x"]
            for deed in deeds {
                #expect(
                    try await world.browser.post(path, [("form", form), ("do", deed), ("number", "1"), ("username", "x"), ("password", "x"), ("name", "x")])
                        .status == 404)
                // An administrator with a form of another session.
                #expect(try await browser.post(path, [("form", form), ("do", deed)]).status == (page.isOfServer ? 404 : 403))
            }
            #expect(try await service.mailboxes.personalCount(of: world.account) == 2)
            #expect(try await service.users.find(world.anna.id, of: world.account).isEnabled)
            if page.isOfServer { #expect(try await browser.get(path).status == 404) }
            // What is another account's is not there.
            let other = try await world.server.makeAccount("Other")
            let box = try await world.server.makeMailbox("3000", in: other), user = try await world.server.makeUser("x", password: "x horse", in: other)
            if page == .mailboxes { #expect(try await Self.post(browser, "mailboxes", [("do", "remove \(box.id)")]).status == 404) }
            if page == .users {
                for deed in ["off", "password"] {
                    #expect(try await Self.post(browser, "users", [("do", "\(deed) \(user.id)"), ("password", "mine")]).status == 404)
                }
                #expect(try await Self.post(browser, "users", [("do", "burn \(world.anna.id)")]).status == 400)
            }
        }
    }
}
