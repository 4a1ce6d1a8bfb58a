import Delivery
import Foundation
import KazooAPI
import Server
import TestKit
import Testing
import Voicemail

/// Forgotten passwords (K§3.4), from the request to the mail and back.
@Suite struct RecoveryTests {
    private static let page = "https://ui.example.com/login"

    /// A server that sends its mail to `receiver`, with a user who has an address.
    private static func run(
        _ receiver: MailReceiver = MailReceiver(), email: JSON = "john@example.org",
        _ body: @Sendable (TestServer, Account, User) async throws -> Void
    ) async throws {
        try await receiver.run { port in
            let sender = try #require(MailAddress("voicemail@example.com")), page = try #require(RecoveryPage(page))
            try await TestServer.run {
                $0.mail = MailServer(host: "127.0.0.1", port: port, security: .none, sender: sender, attemptSeconds: 600)
                $0.kazoo.recoveryPages = [page]
                $0.outbox.intervalMilliseconds = 10
                $0.logins.maximumFailures = 8
            } _: { server in
                let account = try await server.makeAccount("Acme <Sales>\r\nBcc: x@example.com")
                let user = try await server.makeUser("John", password: "secret1", in: account)
                if case .string = email { _ = try await server.service.users.change(user.id, .patch(["email": email]), in: account) }
                try await body(server, account, user)
            }
        }
    }

    private static func ask(_ server: TestServer, _ change: JSONObject = [:]) async throws -> Answer {
        var form: JSONObject = ["username": "john", "account_name": "acmesalesbccxexamplecom", "ui_url": .string(page)]
        form.merge(change) { $1 }
        return try await server.send("PUT", "/v2/user_auth/recovery", data: .object(form))
    }

    private static func use(_ server: TestServer, _ id: String) async throws -> Answer {
        try await server.send("POST", "/v2/user_auth/recovery", data: ["reset_id": .string(id)])
    }

    private static func id(in mail: MailReceiver.Mail?) throws -> String {
        let text = try #require(mail).text
        return String(try #require(text.firstMatch(of: /\nhttps:\/\/ui\.example\.com\/login\?recovery=([0-9a-f]{137})\n/)).1)
    }

    @Test func aLinkIsMailedAndLogsInOnce() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { server, account, user in
            let asked = try await Self.ask(server)
            #expect(asked.status == 201)
            #expect(asked.data == "Request for password reset handled" && asked.json["auth_token"] == nil)
            await receiver.wait(for: 1)
            let mail = try #require(receiver.mails.first)
            #expect(mail.receiver == "john@example.org" && mail["Bcc"] == nil)
            #expect(mail.text.contains("user:    John\n") && mail.text.contains("account: Acme <Sales>Bcc: x@example.com\n"))
            let id = try Self.id(in: mail)

            let used = try await Self.use(server, id)
            #expect(used.status == 200)
            expect(used.data, contains: ["account_id": .string(account.id), "owner_id": .string(user.id)])
            let token = try #require(used.json["auth_token"]?.string)
            let path = "/v2/accounts/\(account.id)/users/\(user.id)"
            let shown = try await server.send("GET", path, token: token)
            expect(shown.data, contains: ["require_password_update": true, "username": "John"])

            // Once.
            let again = try await Self.use(server, id)
            #expect(again.status == 400)
            expect(
                again.data,
                is: [
                    "user": [
                        "not_found": [
                            "message": "The provided reset_id did not resolve to any user", "cause": .string(id),
                        ]
                    ]
                ])

            // The new password replaces the old one, and ends the sessions.
            let changed = try await server.send("PATCH", path, token: token, data: ["password": "another1", "require_password_update": false])
            #expect(changed.status == 200)
            #expect(try await server.send("GET", path, token: token).status == 401)
            for (password, status) in [("secret1", 401), ("another1", 201)] {
                let login = try await server.send(
                    "PUT", "/v2/user_auth",
                    data: [
                        "credentials": .string(LoginDigest.md5.digest("john", password)), "account_realm": .string(account.realm),
                    ])
                #expect(login.status == status)
            }
        }
    }

    @Test(
        "nobody learns whom there is",
        arguments: [
            ["username": "nobody"], ["account_name": "nosuch"], ["account_name": "nosuch", "account_realm": "nosuch.example.com"],
        ] as [JSONObject])
    func strangers(_ change: JSONObject) async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { server, _, _ in
            let known = try await Self.ask(server), stranger = try await Self.ask(server, change)
            #expect(known.status == stranger.status)
            #expect(known.data == stranger.data)
            await receiver.wait(for: 1)
            try await Self.settle(server)
            #expect(receiver.mails.map(\.receiver) == ["john@example.org"])
        }
    }

    @Test("a user without an address that can be written to gets none", arguments: [JSON.null, "a@b@", "j ohn@example.org", "jöhn@example.org"])
    func withoutAddress(_ email: JSON) async throws {
        let receiver = MailReceiver()
        do {
            try await Self.run(receiver, email: email) { server, _, _ in
                #expect(try await Self.ask(server).status == 201)
                try await Self.settle(server)
                #expect(try await server.service.outbox.list(DeliveryQuery(limit: 10)).isEmpty)
            }
        } catch VoicemailError.invalid {
            // The schema refuses it already.
        }
        #expect(receiver.mails.isEmpty)
    }

    @Test(
        "a link leads to pages that were named, and to no other",
        arguments: [
            "https://evil.example.com/login", "https://ui.example.com.evil.example.com/login", "http://ui.example.com/login", "https://ui.example.com/",
            "https://ui.example.com/login/../x", "https://john@ui.example.com/login", "https://ui.example.com:444/login", "javascript:alert(1)",
            "//ui.example.com/login", "",
            "https://ui.example.com/login\r\n",
        ])
    func otherPages(_ url: String) async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { server, _, _ in
            let answer = try await Self.ask(server, ["ui_url": .string(url)])
            #expect(answer.status == 400)
            #expect(answer.data["ui_url"]?.object?.isEmpty == false)
            try await Self.settle(server)
            #expect(receiver.mails.isEmpty)
        }
    }

    @Test(
        "however the page is written",
        arguments: [
            ("https://ui.example.com/login/", "https://ui.example.com/login/?recovery="),
            ("HTTPS://UI.example.com/login", "HTTPS://UI.example.com/login?recovery="),
            ("https://ui.example.com/login?x=1", "https://ui.example.com/login?x=1&recovery="),
            ("https://ui.example.com/login#/apps", "https://ui.example.com/login?recovery="),
        ])
    func spellings(_ url: String, _ link: String) async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { server, _, _ in
            let asked = try await Self.ask(server, ["ui_url": .string(url)])
            #expect(asked.status == 201)
            await receiver.wait(for: 1)
            #expect(try #require(receiver.mails.first).text.contains("\n\(link)"))
        }
    }

    @Test(
        "what is missing or of the wrong length is named",
        arguments: [
            ("PUT", "username", JSON.null, "required"), ("PUT", "username", "", "minLength"), ("PUT", "username", 5, "type"),
            ("PUT", "ui_url", .null, "required"), ("POST", "reset_id", .null, "required"), ("POST", "reset_id", 5, "type"),
            ("POST", "reset_id", .string(String(repeating: "a", count: 136)), "minLength"),
            ("POST", "reset_id", .string(String(repeating: "a", count: 138)), "maxLength"),
        ] as [(String, String, JSON, String)])
    func validation(_ method: String, _ field: String, _ value: JSON, _ code: String) async throws {
        try await Self.run { server, _, _ in
            var form: JSONObject = ["username": "john", "account_name": "x", "ui_url": .string(Self.page)]
            form[field] = value == .null ? nil : value
            let answer = try await server.send(method, "/v2/user_auth/recovery", data: .object(form))
            #expect(answer.status == 400)
            #expect(answer.data[field]?[code] != nil, "\(answer.text)")
        }
    }

    @Test func aLinkEndsAfterAnHourAndWithItsUser() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { server, account, user in
            _ = try await Self.ask(server)
            await receiver.wait(for: 1)
            server.clock.advance(by: Access.passwordResetLifetime)
            #expect(try await Self.use(server, Self.id(in: receiver.mails.first)).status == 400)

            _ = try await Self.ask(server)
            await receiver.wait(for: 2)
            server.clock.advance(by: Access.passwordResetLifetime - 1)
            let second = try Self.id(in: receiver.mails.last)
            _ = try await server.service.users.change(user.id, .patch(["enabled": false]), in: account)
            #expect(try await Self.use(server, second).status == 400)
            _ = try await server.service.users.change(user.id, .patch(["enabled": true]), in: account)
            #expect(try await Self.use(server, second).status == 200)

            _ = try await Self.ask(server)
            await receiver.wait(for: 3)
            _ = try await server.service.users.remove(user.id, in: account)
            #expect(try await Self.use(server, Self.id(in: receiver.mails.last)).status == 400)
        }
    }

    @Test func onlyOneOfManyAtOnceIsLoggedIn() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { server, _, _ in
            _ = try await Self.ask(server)
            await receiver.wait(for: 1)
            let id = try Self.id(in: receiver.mails.first)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 { group.addTask { try await Self.use(server, id).status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 400, 400, 400, 400])
        }
    }

    @Test func aUserIsSentThreeAnHour() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { server, account, user in
            let before = try await server.service.users.find(user.id, of: account)
            for _ in 0..<5 { #expect(try await Self.ask(server).status == 201) }
            await receiver.wait(for: 3)
            try await Self.settle(server)
            #expect(receiver.mails.count == 3)
            // His document is what it was, for everybody who has read it.
            let after = try await server.service.users.find(user.id, of: account)
            #expect(after.revision == before.revision)
            #expect(after.published == before.published)
            server.clock.advance(by: Access.passwordResetLifetime)
            #expect(try await Self.ask(server).status == 201)
            await receiver.wait(for: 4)
        }
    }

    @Test("asking and guessing lock out like failed logins")
    func locks() async throws {
        try await Self.run { server, _, _ in
            for _ in 0..<4 {
                let asked = try await Self.ask(server)
                #expect(asked.status == 201)
            }
            for _ in 0..<4 { #expect(try await Self.use(server, String(repeating: "a", count: 137)).status == 400) }
            #expect(try await Self.ask(server).status == 429)
            #expect(try await Self.use(server, String(repeating: "a", count: 137)).status == 429)
        }
    }

    @Test("a token of another kind is no link, and a link is no token")
    func kinds() async throws {
        let receiver = MailReceiver()
        try await Self.run(receiver) { server, account, user in
            _ = try await Self.ask(server)
            await receiver.wait(for: 1)
            let id = try Self.id(in: receiver.mails.first)
            #expect(try await server.send("GET", "/v2/accounts/\(account.id)", token: id).status == 401)
            try await server.service.tickets.open(
                String(repeating: "b", count: 137), TicketDraft(Ticket.Kind(rawValue: "kazoo"), accountID: account.id, userID: user.id, lifetime: 3600))
            #expect(try await Self.use(server, String(repeating: "b", count: 137)).status == 400)
            #expect(try await Self.use(server, id).status == 200)
        }
    }

    @Test("a mail server that is away is tried again, each time with a link of its own")
    func retries() async throws {
        let receiver = MailReceiver(.none, .answers("451 later", to: "RCPT", times: 2))
        try await Self.run(receiver) { server, _, _ in
            #expect(try await Self.ask(server).status == 201)
            for attempt in 1...2 {
                try await Self.until { try await server.service.outbox.list(DeliveryQuery(limit: 1)).first?.attempts == attempt }
                let delivery = try #require(try await server.service.outbox.list(DeliveryQuery(limit: 1)).first)
                #expect(delivery.failure.contains("451") && delivery.payload == ["page": .string(Self.page)])
                server.clock.advance(by: 60)
            }
            await receiver.wait(for: 1)
            #expect(try await Self.use(server, Self.id(in: receiver.mails.first)).status == 200)
        }
    }

    @Test("an address that the mail server refuses is given up, for an administrator to see")
    func refusals() async throws {
        try await Self.run(MailReceiver(.none, .answers("550 no such user", to: "RCPT", times: 1))) { server, _, _ in
            #expect(try await Self.ask(server).status == 201)
            try await Self.until { try await server.service.outbox.list(DeliveryQuery(state: .dead, limit: 1)).first != nil }
            #expect(try await server.service.outbox.list(DeliveryQuery(limit: 9)).map(\.attempts) == [1])
        }
    }

    /// Returns when everything that has happened has been told.
    private static func settle(_ server: TestServer) async throws {
        try await until {
            let isPlanned = try await server.service.store.read { try $0.unplannedEvents(limit: 1).isEmpty }
            let isIdle = try await server.service.outbox.totals().pending == 0
            return isPlanned && isIdle
        }
    }

    private static func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
    }
}
