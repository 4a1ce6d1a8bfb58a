import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Keys, receivers and groups in the console")
struct ConsoleKeyTests {
    @Test("A key is shown once, opens its interface, and opens nothing once it is withdrawn", arguments: ["kazoo", "p-series", "s-series", "intake"])
    func keys(_ kind: String) async throws {
        try await ConsoleTests.run { world, browser in
            let server = world.server
            #expect(try await browser.get("/console/keys").shown.contains("There are no keys yet."))
            let made = try await ConsoleTests.post(browser, "keys", [("do", "make"), ("kind", kind), ("name", "<b>CRM")])
            #expect(made.status == 200 && made["Cache-Control"] == "no-store")
            let secrets = made.text.matches(of: /<dt><code>([a-z_]+)<\/code><\/dt><dd><code class="secret">([^<]+)</).map {
                (String($0.output.1), String($0.output.2))
            }
            let given = Dictionary(secrets) { first, _ in first }
            #expect(
                given.keys.sorted() == (kind == "p-series" ? ["client_id", "client_secret"] : kind == "s-series" ? ["password", "username"] : ["api_key"]))
            if kind == "kazoo" {
                let login = try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(given["api_key"] ?? "")])
                #expect(login.status == 201)
            }
            if kind == "p-series" {
                let token = try await server.send(
                    "POST", "/openapi/v1.0/get_token", headers: ["Content-Type": "application/json", "User-Agent": "OpenAPI"],
                    json: ["username": .string(given["client_id"] ?? ""), "password": .string(given["client_secret"] ?? "")])
                #expect(token.json["errcode"] == 0, "\(token.text)")
            }
            let listed = try await browser.get("/console/keys")
            #expect(listed.shown.contains("<b>CRM") && listed.shown.contains(kind))
            for secret in given.values where secret != given["username"] { #expect(!listed.text.contains(secret)) }
            let key = try #require(try await server.service.access.credentials(of: world.account).first { $0.kind != .login })
            #expect(try await ConsoleTests.post(browser, "keys", [("do", "withdraw \(key.id)")]).status == 303)
            #expect(try await ConsoleTests.post(browser, "keys", [("do", "withdraw \(key.id)")]).status == 404)
            if kind == "kazoo" {
                #expect(try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(given["api_key"] ?? "")]).status == 404)
            }
        }
    }

    @Test("No key without a purpose, of no kind, and no login of a user's for one")
    func refusedKeys() async throws {
        try await ConsoleTests.run { world, browser in
            for name in ["", "  ", String(repeating: "x", count: 65)] {
                let answer = try await ConsoleTests.post(browser, "keys", [("do", "make"), ("kind", "kazoo"), ("name", name)])
                #expect(answer.status == 400 && answer.shown.contains("Say what the key is for, in at most 64 characters. Nothing was changed."))
            }
            #expect(try await ConsoleTests.post(browser, "keys", [("do", "make"), ("kind", "login"), ("name", "x")]).status == 400)
            let logins = try await world.server.service.access.credentials(of: world.account)
            let login = try #require(logins.first { $0.kind == .login })
            #expect(try await ConsoleTests.post(browser, "keys", [("do", "withdraw \(login.id)")]).status == 404)
            #expect(try await ConsoleTests.post(browser, "keys", [("do", "burn \(login.id)")]).status == 400)
            #expect(try await world.server.service.access.credentials(of: world.account).count == logins.count)
        }
    }

    @Test("Receivers are made, switched off and on, and removed; this machine is none")
    func receivers() async throws {
        try await ConsoleTests.run { world, browser in
            func all() async throws -> [Webhook] { try await world.server.service.webhooks.list(of: world.account, ListingRange(limit: 9)) { $0 }.items }
            for uri in ["", "nonsense", "http://localhost/x", "ftp://crm.example/"] {
                let answer = try await ConsoleTests.post(browser, "receivers", [("do", "make"), ("uri", uri), ("hook", "object")])
                #expect(answer.status == 400 && answer.shown.contains("Nothing can be sent to that address. Nothing was changed."), "\(uri)")
            }
            #expect(try await ConsoleTests.post(browser, "receivers", [("do", "make"), ("uri", "http://crm.example/"), ("hook", "burn")]).status == 400)
            let made = try await ConsoleTests.post(
                browser, "receivers", [("do", "make"), ("uri", "http://crm.example/hook"), ("hook", "notifications"), ("name", "CRM")])
            #expect(made.status == 303)
            let receiver = try #require(try await all().first)
            #expect(receiver.name == "CRM" && receiver.hook == "notifications" && receiver.isJSON)
            let page = try await browser.get("/console/receivers")
            #expect(page.shown.contains("CRM") && page.shown.contains("http://crm.example/hook") && page.shown.contains("Switch off"))
            _ = try await ConsoleTests.post(browser, "receivers", [("do", "off \(receiver.id)")])
            #expect(try await all().map(\.isEnabled) == [false])
            _ = try await ConsoleTests.post(browser, "receivers", [("do", "on \(receiver.id)")])
            #expect(try await all().map(\.isEnabled) == [true])
            _ = try await ConsoleTests.post(browser, "receivers", [("do", "remove \(receiver.id)")])
            #expect(try await all().isEmpty)
        }
    }

    @Test("A mailbox becomes a group's, its members change, and it is one person's again; what is no member changes nothing")
    func groups() async throws {
        try await ConsoleTests.run { world, browser in
            let service = world.server.service, box = try await world.server.makeMailbox("6300", in: world.account, ["name": "Sales"])
            func group() async throws -> MailboxGroup? { try await service.mailboxes.find(box.id, of: world.account).group }
            func make(_ number: String, _ members: String, _ mode: String = "share") async throws -> Answer {
                try await ConsoleTests.post(browser, "groups", [("do", "make"), ("number", number), ("mode", mode), ("members", members)])
            }
            #expect(try await browser.get("/console/groups").shown.contains("There are no groups."))
            for (number, members) in [("6399", "3000"), ("", "3000"), ("6300", "3999"), ("6300", "3000, 3000"), ("6300", "3000, 03000"), ("6300", "6300")] {
                let answer = try await make(number, members)
                #expect(answer.status == 400 && answer.shown.contains { $0.hasPrefix("One of these is no mailbox of one person") }, "\(number) \(members)")
            }
            #expect(try await make("6300", "3000", "burn").status == 400)
            #expect(try await group() == nil)
            // In the order that they are named, by numbers as they are compared.
            #expect(try await make("6300", "03001;3000").status == 303)
            #expect(try await group() == MailboxGroup(mode: .share, members: [world.othersBox.id, world.box.id]))
            #expect(try await make("6300", "3000, 3001").status == 303)
            #expect(try await group() == MailboxGroup(mode: .share, members: [world.box.id, world.othersBox.id]))
            let page = try await browser.get("/console/groups")
            #expect(page.text.contains("value=\"3000, 3001\"") && page.shown.contains("all members listen to it in this mailbox"))
            #expect(try await ConsoleTests.post(browser, "groups", [("do", "set \(box.id)"), ("mode", "broadcast"), ("members", "3001")]).status == 303)
            #expect(try await group() == MailboxGroup(mode: .broadcast, members: [world.othersBox.id]))
            #expect(try await ConsoleTests.post(browser, "groups", [("do", "dissolve \(box.id)")]).status == 303)
            #expect(try await group() == nil)
            #expect(try await ConsoleTests.post(browser, "groups", [("do", "dissolve \(box.id)")]).status == 404)
        }
    }

    @Test("Who looks after the server sees at a glance what there is, what room is left, and that it is ready")
    func glance() async throws {
        try await ConsoleTests.run(ofServer: true) { world, browser in
            _ = try await world.leave()
            let page = try await browser.get("/console")
            #expect(page.shown.contains("The whole server") && page.shown.contains("It is ready.") && page.shown.contains("Free on the disk"))
            #expect(page.shown.contains { $0.wholeMatch(of: /[0-9.]+ [KMGTP]iB \/ [0-9.]+ [KMGTP]iB/) != nil }, "\(page.shown)")
        }
        try await ConsoleTests.run { _, browser in
            let page = try await browser.get("/console")
            #expect(page.status == 200 && !page.shown.contains("The whole server"))
        }
    }
}
