import Foundation
import HTTPFront
import KazooAPI
import Server
import TestKit
import Testing
import Voicemail

/// What webhooks are told, how, and what becomes of those that nobody can be reached by (K§11.4).
@Suite struct WebhookDeliveryTests {
    private static func run(
        _ receiver: Receiver = Receiver(), clock: ManualClock = ManualClock(), _ body: @Sendable (TestServer, TestWorld, Receiver, String) async throws -> Void
    ) async throws {
        try await TestServer.run(clock: clock) {
            $0.outbox.intervalMilliseconds = 10
            $0.limits.allowsReceiversHere = true
        } _: { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            try await receiver.run { port in try await body(server, world, receiver, "http://127.0.0.1:\(port)/hook") }
        }
    }

    private static func make(_ hook: JSONObject, _ url: String, _ server: TestServer, _ account: Account) async throws -> Webhook {
        var request: JSONObject = ["name": "n", "uri": .string(url), "hook": "notifications"]
        request.merge(hook) { $1 }
        return try await server.service.webhooks.create(request, id: nil, in: account)
    }

    private static func settled(_ server: TestServer) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            let isSettled = try await server.service.store.read { try $0.unplannedEvents(limit: 1).isEmpty && $0.deliveryTotals().pending == 0 }
            if isSettled { return }
            try await Task.sleep(for: .milliseconds(3))
        }
    }

    @Test func aNewMessageIsToldInTheWordsOfTheContract() async throws {
        try await Self.run { server, world, receiver, url in
            let hook = try await Self.make(["format": "json", "custom_data": ["type": "voicemail_new", "k": "v"]], url, server, world.account)
            let draft = MessageDraft(callID: "call", callerName: "Bob", callerNumber: "2001", lengthMilliseconds: 3140)
            let message = try await server.leave(draft, from: .call, in: world.mailbox, of: world.account)
            await receiver.wait(for: 1)
            try await Self.settled(server)
            let request = try #require(receiver.requests.first)
            #expect(receiver.requests.count == 1 && request.method == "POST" && request.path == "/hook")
            #expect(request["Content-Type"] == "application/json" && request["X-Hook-ID"] == hook.id && request["X-Account-ID"] == world.account.id)
            #expect(request["X-Delivery-Attempt"] == "1" && request["X-Delivery-Id"] == request["webhook-id"])
            #expect(request.body.hasPrefix("{\n  \"account_id\": \""))
            let told = try JSON.parse(Array(request.body.utf8)), id = world.account.id
            for (key, value) in [
                "account_id": .string(id), "account_db": .string("account%2F\(id.prefix(2))%2F\(id.dropFirst(2).prefix(2))%2F\(id.dropFirst(4))"),
                "call_id": "call", "caller_id_name": "Bob", "caller_id_number": "2001", "from_user": "2001", "from_realm": .string(world.account.realm),
                "to_user": .string(world.mailbox.number), "to_realm": .string(world.account.realm), "voicemail_box": .string(world.mailbox.id),
                "voicemail_id": .string(message.monthID), "voicemail_length": 3140, "voicemail_timestamp": .int(message.timestamp.gregorian),
                "event_category": "notification", "event_name": "voicemail_new", "k": "v",
            ] as [String: JSON] {
                #expect(told[key] == value, "\(key)")
            }
            #expect(told["type"] == nil)
        }
    }

    private static let choices: [(JSONObject, [String])] = [
        (["hook": "notifications"], ["voicemail_new", "voicemail_saved", "voicemail_full"]),
        (["custom_data": ["type": "all"]], ["voicemail_new", "voicemail_saved", "voicemail_full"]),
        (["custom_data": ["type": "voicemail_full"]], ["voicemail_full"]),
        (["hook": "object"], ["doc_created", "doc_edited", "doc_deleted"]),
        (["hook": "object", "custom_data": ["type": "mailbox_message", "action": "doc_deleted"]], ["doc_deleted"]),
        (["hook": "object", "custom_data": ["type": "vmbox"]], []),
        (["hook": "all"], ["voicemail_new", "voicemail_saved", "doc_created", "doc_edited", "voicemail_full", "doc_deleted"]),
        (["hook": "channel_create"], []), (["enabled": false], []),
    ]

    @Test("Each webhook hears what it has asked for", arguments: choices)
    func chosen(_ hook: JSONObject, _ expected: [String]) async throws {
        try await Self.run { server, world, receiver, url in
            _ = try await Self.make(hook.merging(["format": "json"] as JSONObject) { $1 }, url, server, world.account)
            // It hears of its own making, too.
            try await Self.settled(server)
            let before = receiver.requests.count
            let message = try await server.leave(from: .call, in: world.mailbox, of: world.account)
            let place = MessagePlace(mailboxID: world.mailbox.id, monthID: message.monthID)
            _ = try await server.service.messages.file(place, in: .saved, account: world.account)
            try await server.service.mailboxes.noteFull(world.mailbox.id, in: world.account)
            _ = try await server.service.messages.remove([message.monthID], of: world.mailbox.id, account: world.account)
            try await Self.settled(server)
            let told = try receiver.requests.dropFirst(before).map { try JSON.parse(Array($0.body.utf8)) }
            #expect(told.compactMap { $0["event_name"]?.string ?? $0["action"]?.string }.sorted() == expected.sorted())
        }
    }

    @Test("A document is told of by KAZOO's name for its kind, and one of a kind that KAZOO does not have is not")
    func documents() async throws {
        try await Self.run { server, world, receiver, url in
            let account = world.account, service = server.service
            // Of what made the world nobody hears any more.
            try await Self.settled(server)
            _ = try await Self.make(["hook": "object", "format": "json"], url, server, account)
            _ = try await service.users.create(["first_name": "Ann", "last_name": "Lee"], id: nil, in: account)
            _ = try await server.makeMailbox("3997", in: account)
            _ = try await service.greetings.create(["name": "Away"], id: nil, in: account)
            _ = try await service.accounts.change(account.id, .patch(["timezone": "Europe/Berlin"]))
            try await service.mailTemplates.put(
                [MailTemplateDraft(kind: "voicemail_new", language: "en", subject: "s", text: "t", html: "<p>h</p>")], in: account)
            try await Self.settled(server)
            let told = try receiver.requests.map { try JSON.parse(Array($0.body.utf8)) }
            #expect(Set(told.compactMap { $0["type"]?.string }) == ["account", "media", "user", "vmbox", "webhook"])
        }
    }

    /// Only where somebody has asked to hear of it (K§11.2).
    @Test func aDeletionIsToldWithItsReason() async throws {
        try await Self.run { server, world, receiver, url in
            _ = try await Self.make(["format": "json", "custom_data": ["type": "voicemail_deleted"]], url, server, world.account)
            let asking = try await server.makeMailbox("3998", in: world.account, ["mail_notices": ["message_deleted"]])
            for mailbox in [asking, world.mailbox] {
                let message = try await server.leave(from: .call, in: mailbox, of: world.account)
                _ = try await server.service.messages.remove([message.monthID], of: mailbox.id, account: world.account)
            }
            try await Self.settled(server)
            let told = try receiver.requests.map { try JSON.parse(Array($0.body.utf8)) }
            #expect(told.map { $0["event_name"] } == ["voicemail_deleted"] && told.first?["reason"] == "crossbar_action")
            #expect(told.first?["voicemail_box"] == .string(asking.id) && told.first?["caller_id_number"] == "2001")
        }
    }

    @Test func aMailboxThatActsAfterNotifyingSavesNothing() async throws {
        try await Self.run { server, world, receiver, url in
            _ = try await Self.make([:], url, server, world.account)
            let mailbox = try await server.makeMailbox("3999", in: world.account, ["delete_after_notify": true])
            _ = try await server.leave(from: .call, in: mailbox, of: world.account)
            // What clients store is no news (K§7.3).
            _ = try await server.leave(from: .client(), in: mailbox, of: world.account)
            try await Self.settled(server)
            #expect(receiver.requests.map { $0.body.contains("event_name=voicemail_new") } == [true])
        }
    }

    private static let forms: [(JSONObject, String)] = [(["http_verb": "get"], "GET"), (["http_verb": "put"], "PUT"), ([:], "POST")]

    @Test("Fields are a form, nested ones with brackets, or the query of a GET", arguments: forms)
    func form(_ hook: JSONObject, _ method: String) async throws {
        let receiver = Receiver { request, _ in request.method == "PUT" ? 201 : 200 }
        try await Self.run(receiver) { server, world, receiver, url in
            let custom: JSON = ["type": "voicemail_full", "a": ["b": ["c d&e"]], "ü": "="]
            _ = try await Self.make(hook.merging(["custom_data": custom] as JSONObject) { $1 }, url + "?x=1", server, world.account)
            try await server.service.mailboxes.noteFull(world.mailbox.id, in: world.account)
            await receiver.wait(for: 1)
            try await Self.settled(server)
            let request = try #require(receiver.requests.first)
            #expect(request.method == method)
            let pairs =
                method == "GET" ? request.query.map { "\($0.name)=\($0.value)" } : request.body.split(separator: "&").map { $0.removingPercentEncoding ?? "" }
            #expect(pairs.contains("voicemail_box=\(world.mailbox.id)") && pairs.contains("a[b][0]=c d&e") && pairs.contains("ü=="))
            #expect(request.query.contains { $0.name == "x" && $0.value == "1" })
            #expect(try await server.service.outbox.totals() == DeliveryTotals())
        }
    }

    @Test func accountsBelowAreToldOfWhereThatIsAskedFor() async throws {
        try await Self.run { server, world, receiver, url in
            let child = try await server.makeAccount("Child", below: world.account)
            let box = try await server.makeMailbox("3000", in: child)
            let above = try await Self.make(["include_subaccounts": true, "custom_data": ["type": "voicemail_new"]], url, server, world.account)
            _ = try await Self.make(["custom_data": ["type": "voicemail_new"]], url, server, world.account)
            _ = try await server.leave(from: .call, in: box, of: child)
            try await Self.settled(server)
            #expect(receiver.requests.map { $0["X-Hook-ID"] } == [above.id])
            #expect(receiver.requests.map { $0["X-Account-ID"] } == [child.id])
        }
    }

    @Test func anotherAnswerIsNotAskedForAgainAndSixOfThemSwitchItOff() async throws {
        let receiver = Receiver { _, _ in 404 }
        try await Self.run(receiver) { server, world, receiver, url in
            let hook = try await Self.make(["custom_data": ["type": "voicemail_full"]], url, server, world.account)
            let path = "\(world.accountPath)/webhooks"
            for count in 1...6 {
                try await server.service.mailboxes.noteFull(world.mailbox.id, in: world.account)
                await receiver.wait(for: count)
                try await Self.settled(server)
            }
            let off = try await server.send("GET", "\(path)/\(hook.id)", token: world.token).data
            #expect(off["enabled"] == false && off["disable_message"] == "too many failed attempts")
            try await server.service.mailboxes.noteFull(world.mailbox.id, in: world.account)
            try await Self.settled(server)
            #expect(receiver.requests.count == 6)
            let attempts = try await server.send("GET", "\(path)/\(hook.id)/attempts", token: world.token).data
            #expect(attempts.array?.count == 6)
            let first: JSON = [
                "hook_id": .string(hook.id), "result": "failure", "timestamp": .int(server.clock.now.gregorian), "retries_left": 0,
                "response_code": "404", "reason": "bad response code", "client_error": "404",
            ]
            expect(attempts.array?.first ?? .null, is: first)
            #expect(try await server.send("GET", path + "/attempts", token: world.token).data == attempts)
            // And on again.
            let enabled = try await server.send("PATCH", path, token: world.token, data: ["re-enable": true])
            #expect(enabled.data.array?.count == 1)
            try await server.service.mailboxes.noteFull(world.mailbox.id, in: world.account)
            await receiver.wait(for: 7)
        }
    }

    @Test("A server that starts again lists the attempts that were made before", .oneServer("it starts again over one data directory"))
    func attemptsOutliveARestart() async throws {
        try await TemporaryDirectory.run { directory in
            let clock = ManualClock(), receiver = Receiver { _, _ in 500 }
            let (path, token, before) = try await TestServer.run(in: directory.path + "/data", clock: clock) {
                $0.outbox.intervalMilliseconds = 10
                $0.limits.allowsReceiversHere = true
            } _: { (server: TestServer) async throws -> (String, String, JSON) in
                let world = try await server.makeWorld()
                return try await receiver.run { port in
                    let hook = try await Self.make(["custom_data": ["type": "voicemail_full"]], "http://127.0.0.1:\(port)/", server, world.account)
                    try await server.service.mailboxes.noteFull(world.mailbox.id, in: world.account)
                    await receiver.wait(for: 1)
                    try await Self.settled(server)
                    let path = "\(world.accountPath)/webhooks/\(hook.id)/attempts"
                    return (path, world.token, try await server.send("GET", path, token: world.token).data)
                }
            }
            #expect(before.array?.count == 1 && before.array?.first?["response_code"] == "500")
            let after = try await TestServer.run(in: directory.path + "/data", clock: clock) { server in
                try await server.send("GET", path, token: token).data
            }
            #expect(after == before)
        }
    }

    @Test func whoDoesNotAnswerIsAskedAgainAfterTwoSeconds() async throws {
        try await Self.run { server, world, _, _ in
            // No port that somebody else may be given meanwhile.
            let nobody = 1
            let hook = try await Self.make(["retries": 1, "custom_data": ["type": "voicemail_full"]], "http://127.0.0.1:\(nobody)/", server, world.account)
            try await server.service.mailboxes.noteFull(world.mailbox.id, in: world.account)
            func deliveries() async throws -> [Delivery] { try await server.service.outbox.list(DeliveryQuery(channel: "kazoo-webhook", limit: 9)) }
            let end = ContinuousClock.now + .seconds(60)
            while try await deliveries().first?.attempts != 1, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(3)) }
            let waiting = try #require(try await deliveries().first)
            #expect((2...3).contains(waiting.due.unix - server.clock.now.unix))
            server.clock.advance(by: 3)
            try await Self.settled(server)
            #expect(try await deliveries().map(\.state) == [.dead])
            let attempts = try await server.send("GET", "\(world.accountPath)/webhooks/\(hook.id)/attempts", token: world.token).data.array ?? []
            #expect(attempts.map { $0["retries_left"] } == [0, 1] && attempts.allSatisfy { $0["client_error"] == "connection refused" })
        }
    }

    @Test func thisMachineIsToldNothingUnlessItMayBe() async throws {
        let receiver = Receiver()
        try await TestServer.run {
            $0.outbox.intervalMilliseconds = 10
        } _: { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            try await receiver.run { port in
                for host in ["127.0.0.1", "[::1]", "localhost", "169.254.1.1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "[fd00::1]"] {
                    await #expect(throws: VoicemailError.self) { _ = try await Self.make([:], "http://\(host):\(port)/", server, world.account) }
                }
                let kept = try await server.service.webhooks.list(of: world.account, ListingRange(limit: 9)) { $0.uri }.items
                #expect(kept.isEmpty)
            }
        }
        #expect(receiver.requests.isEmpty)
    }

    /// The examples of the guide find a delivery genuine, and a changed one not.
    @Test("Signatures are checked by whoever has the secret", arguments: ["python3 verify.py", "perl verify.pl", "bash verify.sh"])
    func signed(_ example: String) async throws {
        try await Self.run(clock: ManualClock(SystemClock().now)) { server, world, receiver, url in
            // The examples refuse what is five minutes old, and a test may wait for longer until it has its server.
            server.clock.set(SystemClock().now)
            let hook = try await Self.make(["format": "json", "custom_data": ["type": "voicemail_full"]], url, server, world.account)
            try await server.service.mailboxes.noteFull(world.mailbox.id, in: world.account)
            await receiver.wait(for: 1)
            let request = try #require(receiver.requests.first)
            let secret = hook.signature(server.service.secrets).secret
            #expect(secret.hasPrefix("whsec_") && Data(base64Encoded: String(secret.dropFirst(6)))?.count == 32)
            let words = example.split(separator: " ").map(String.init)
            let program = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/webhooks/\(words[1])").path()
            func verify(_ body: String, _ secret: String, _ id: String?) async throws -> Int32 {
                let file = server.directory + "/body"
                try Data(body.utf8).write(to: URL(filePath: file))
                let input = try FileHandle(forReadingFrom: URL(filePath: file))
                let arguments = [secret, id ?? "", request["webhook-timestamp"] ?? "", request["webhook-signature"] ?? ""]
                let process = try ChildProcess([words[0], program] + arguments, input: input.fileDescriptor)
                let status = await process.status()
                try input.close()
                return status
            }
            let id = request["webhook-id"]
            #expect(try await verify(request.body, secret, id) == 0)
            #expect(try await verify(request.body + " ", secret, id) == 1)
            #expect(try await verify(request.body, secret, "x") == 1)
            #expect(try await verify(request.body, "whsec_" + Data(count: 32).base64EncodedString(), id) == 1)
        }
    }
}
