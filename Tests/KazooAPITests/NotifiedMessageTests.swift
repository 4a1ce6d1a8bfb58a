import Server
import TestKit
import Testing
import Voicemail

/// Messages that clients leave are told of where the request, its account or the server says so, and not otherwise (K§11.2).
@Suite struct NotifiedMessageTests {
    /// What a request says of `notify` in its data and in its query, its account, and the server; and whether it is told.
    private static let rules: [(data: JSON?, query: String, account: Bool?, server: Bool, isTold: Bool)] = [
        (nil, "", nil, false, false), (nil, "", nil, true, true), (nil, "", true, false, true), (nil, "", false, true, false), (true, "", nil, false, true),
        (true, "", false, false, true), (false, "", true, true, false), ("true", "", nil, false, true), (nil, "?notify=true", nil, false, true),
        (nil, "?notify=false", true, true, false), (false, "?notify=true", nil, false, false),
    ]

    @Test(arguments: rules.indices)
    func whoSaysSo(index: Int) async throws {
        let rule = Self.rules[index], receiver = Receiver()
        try await TestServer.run {
            $0.outbox.intervalMilliseconds = 10
            $0.limits.allowsReceiversHere = true
            $0.limits.notifiesOfClientMessages = rule.server
        } _: { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            try await receiver.run { port in
                let hook: JSONObject = [
                    "name": "n", "uri": .string("http://127.0.0.1:\(port)/"), "hook": "notifications", "format": "json",
                    "custom_data": ["type": "voicemail_new"],
                ]
                _ = try await server.service.webhooks.create(hook, id: nil, in: world.account)
                if let account = rule.account {
                    let answer = try await server.send(
                        "PATCH", "/v2/accounts/\(world.account.id)", token: world.token, data: ["notify_of_client_messages": .bool(account)])
                    #expect(answer.status == 200 && answer.data["notify_of_client_messages"] == .bool(account))
                }
                var data: JSONObject = ["caller_id_number": "6001"]
                data["notify"] = rule.data
                let answer = try await server.send("PUT", world.boxPath + "/messages" + rule.query, token: world.token, data: .object(data))
                #expect(answer.status == 201 && answer.data["notify"] == nil)
                // A caller's is told in any case; so what was to be told before it has been.
                _ = try await server.leave(MessageDraft(callerNumber: "6002"), from: .call, in: world.mailbox, of: world.account)
                await receiver.wait(for: rule.isTold ? 2 : 1)
            }
        }
        let callers = try receiver.requests.map { try JSON.parse(Array($0.body.utf8))["caller_id_number"]?.string }
        #expect(callers == (rule.isTold ? ["6001", "6002"] : ["6002"]))
    }

    @Test("A file without an envelope is told of by the query, one with an envelope by either")
    func files() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld(), sound = WAV.silence(milliseconds: 20)
            func put(_ query: String, type: String, _ body: [UInt8]) async throws -> Int {
                try await server.send("PUT", world.boxPath + "/messages" + query, headers: ["Content-Type": type], token: world.token, body: body).status
            }
            let parts =
                Array("--b\r\nContent-Type: application/json\r\n\r\n{\"data\":{\"notify\":true}}\r\n--b\r\nContent-Type: audio/wav\r\n\r\n".utf8) + sound
                + Array("\r\n--b--\r\n".utf8)
            #expect(try await put("", type: "audio/wav", sound) == 201)
            #expect(try await put("?notify=true", type: "audio/wav", sound) == 201)
            #expect(try await put("", type: "multipart/mixed; boundary=b", parts) == 201)
            let events = try await server.service.store.read { try $0.events(after: 0, limit: 100) }.filter { $0.kind == .messageStored }
            #expect(events.map(\.isAnnounced) == [false, true, true])
        }
    }

    private static let wrong: [(query: String?, data: JSON?)] = [("maybe", nil), ("", nil), (nil, "maybe"), (nil, 1), (nil, .array([]))]

    @Test("What is neither yes nor no is refused, and nothing is stored", arguments: wrong)
    func neither(_ query: String?, _ data: JSON?) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            var draft: JSONObject = [:]
            draft["notify"] = data
            let answer = try await server.send(
                "PUT", world.boxPath + "/messages" + (query.map { "?notify=\($0)" } ?? ""), token: world.token, data: .object(draft))
            #expect(answer.status == 400 && answer.data["notify"] != nil, "\(answer.data)")
            #expect(try await server.service.mailboxes.tally(of: world.mailbox, in: world.account).total == 0)
        }
    }
}
