import Server
import TestKit
import Testing
import Voicemail

/// K§12, row by row: what concerns messages.
@Suite struct Section12MessageTests {
    private static let unknown = "201605-49be0985ea3a33046f8073083517d27b"

    @Test("K§12-01, K§12-02, K§12-03: a bulk answer has both spellings, a list of failures, and all three always")
    func bulkAnswers() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let one = try await stage.leave(), two = try await stage.leave()
            let failed: [JSON] = [.object([Self.unknown: "not_found"])]
            for (ids, expected) in [([one, Self.unknown], bulk([one], failed: failed)), ([one], bulk([one])), ([Self.unknown], bulk([], failed: failed))] {
                expect(
                    try await stage.call("POST", stage.messages, ["folder": "saved", "messages": JSON(ids)]).envelope,
                    is: ["status": "success", "data": expected])
            }
            expect(try await stage.call("DELETE", stage.messages, ["messages": JSON([Self.unknown, two])]).data, is: bulk([two], failed: failed))
            expect(try await stage.call("DELETE", stage.messages, ["messages": []]).data, is: bulk([]))
            expect(try await stage.call("POST", stage.messages, ["source_id": [], "messages": JSON([one])]).data, is: bulk([]))
        }
    }

    @Test("K§12-05: a message without audio is answered flat")
    func flatMetadata() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let made = try await stage.call("PUT", stage.messages, ["caller_id_name": "someone", "metadata": ["folder": "saved"]])
            #expect(made.status == 201)
            #expect(made.data.keys == messageKeys)
            #expect(made.data["folder"] == "new")
        }
    }

    @Test("K§12-06: a realm is appended only where there is no @, and such a message can be removed")
    func realms() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let realm = stage.world.account.realm
            for (given, stored) in [("someone@caller.example.com", "someone@caller.example.com"), ("1001", "1001@" + realm)] {
                let made = try await stage.call("PUT", stage.messages, ["from": .string(given), "to": .string(given)])
                #expect(made.data["from"]?.string == stored && made.data["to"]?.string == stored)
                let removed = try await stage.call("DELETE", stage.messages + "/" + (made.data["media_id"]?.string ?? ""))
                #expect(removed.status == 200 && removed.data["from"]?.string == stored)
            }
        }
    }

    @Test("K§12-15: a removed message is answered as deleted")
    func removedMessage() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let one = stage.messages + "/" + (try await stage.leave())
            var shown = try await stage.call("GET", one).data.object ?? [:]
            #expect(shown["folder"] == "new")
            shown["folder"] = "deleted"
            expect(try await stage.call("DELETE", one).data, is: .object(shown))
            #expect(try await stage.call("GET", one).status == 404)
            #expect(try await stage.call("DELETE", one).status == 404)
        }
    }

    @Test("K§12-19: a folder that nobody knows means saved when filing", arguments: ["save", "inbox", "", nil] as [String?])
    func unknownFolder(_ word: String?) async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let one = try await stage.leave(), two = try await stage.leave()
            var data: JSONObject = ["messages": JSON([two])]
            data["folder"] = word.map { .string($0) }
            #expect(try await stage.call("POST", stage.messages + "/" + one, word.map { ["folder": .string($0)] } ?? [:]).data["folder"] == "saved")
            #expect(try await stage.call("POST", stage.messages, .object(data)).data["succeeded"] == JSON([two]))
            #expect(try await stage.call("GET", stage.messages + "/" + two).data["folder"] == "saved")
        }
    }

    @Test("K§12-20: a folder that nobody knows removes nothing")
    func unknownFolderOfARemoval() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let ids = [try await stage.leave(), try await stage.leave(MessageDraft(folder: .saved))]
            for answer in [try await stage.call("DELETE", stage.messages + "?folder=savd"), try await stage.call("DELETE", stage.messages, ["folder": "savd"])]
            {
                #expect(answer.status == 400)
                #expect(answer.data["folder"]?["enum"]?["target"] == ["new", "saved", "deleted"])
            }
            #expect(Set(try await stage.listed()) == Set(ids))
        }
    }

    @Test("K§12-21: messages are removed a mailbox at a time")
    func allMessages() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let here = try await stage.leave(), there = try await stage.leave(in: stage.other)
            #expect(try await stage.call("DELETE", stage.boxes + "/messages").status == 405)
            expect(try await stage.call("DELETE", stage.messages).data, is: bulk([here]))
            #expect(try await stage.listed() == [])
            #expect(try await stage.listed(stage.otherMessages) == [there])
        }
    }

    @Test("K§12-22: a message without a folder is new, and reading changes none")
    func noFolder() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let made = try await stage.put(stage.messages, type: "audio/wav", Sounds.wav(milliseconds: 10))
            let one = stage.messages + "/" + (made.data["media_id"]?.string ?? "")
            for folder in ["new", "saved", "deleted"] {
                if folder != "new" { _ = try await stage.call("POST", one, ["folder": .string(folder)]) }
                for _ in 0..<2 {
                    #expect(try await stage.call("GET", one).data["folder"]?.string == folder)
                    #expect(try await stage.call("GET", one + "/raw").status == 200)
                }
                #expect(try await stage.call("GET", stage.messages).data.array?.first?["folder"]?.string == folder)
            }
        }
    }

    @Test("K§12-23, K§12-34: every success has a revision, and the rest of its bookkeeping")
    func bookkeeping() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let id = try await stage.leave()
            let one = stage.messages + "/" + id
            for (method, path, data) in [
                ("GET", stage.boxes, nil), ("GET", stage.box, nil), ("PATCH", stage.box, ["k": 1]), ("GET", stage.messages, nil),
                ("GET", stage.messages + "?paginate=false", nil), ("GET", stage.boxes + "/messages", nil), ("GET", one, nil),
                ("POST", one, ["folder": "saved"]),
                ("POST", stage.messages, ["messages": [.string(id)]]), ("PUT", stage.messages, [:]), ("DELETE", one, nil), ("DELETE", stage.messages, nil),
                ("GET", "/v2/token_auth", nil), ("DELETE", stage.box, nil),
            ] as [(String, String, JSON?)] {
                let answer = try await stage.call(method, path, data)
                #expect(answer.json["status"] == "success", "\(method) \(path)")
                #expect(answer.json["revision"]?.string?.isEmpty == false, "\(method) \(path)")
                #expect(answer.bookkeepingKeys == ["auth_token", "request_id", "revision", "timestamp", "node", "version", "tokens"], "\(method) \(path)")
                #expect(answer.json["tokens"]?.keys == ["consumed", "remaining"])
                if let tag = answer["ETag"] { #expect(tag == "\"\(answer.json["revision"]?.string ?? "")\"") }
            }
        }
    }

    @Test("K§12-24: a message has its nine keys, in lists and alone")
    func messageHasItsKeys() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let id = try await stage.leave()
            #expect(try await stage.call("GET", stage.messages + "/" + id).data.keys == messageKeys)
            #expect(try await stage.call("GET", stage.messages).data.array?.map(\.keys) == [messageKeys])
        }
    }

    @Test("K§12-25: moving one message answers with its metadata where it is now")
    func movedMessage() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let id = try await stage.leave(MessageDraft(callerName: "Bob", callerNumber: "2001", folder: .saved))
            var shown = try await stage.call("GET", stage.messages + "/" + id).data.object ?? [:]
            let moved = try await stage.call("POST", stage.messages + "/" + id, ["source_id": .string(stage.other.id)])
            #expect(moved.status == 200)
            shown["media_id"] = moved.data["media_id"]
            shown["to"] = .string("4000@" + stage.world.account.realm)
            shown["folder"] = "new"
            shown["timestamp"] = .int(stage.server.clock.now.gregorian)
            #expect(moved.data["media_id"]?.string != id)
            expect(moved.data, is: .object(shown))
            expect(try await stage.call("GET", stage.otherMessages).data, is: [moved.data])
            #expect(try await stage.call("GET", stage.messages + "/" + id).status == 404)
        }
    }

    @Test("K§12-26: copying one message answers with the ids of its copies")
    func copiedMessage() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let id = try await stage.leave()
            let copied = try await stage.call("POST", stage.messages + "/" + id, ["source_id": [.string(stage.other.id), .string(stage.world.mailbox.id)]])
            #expect(copied.status == 200)
            let there = try await stage.listed(stage.otherMessages)
            let here = try await stage.listed().filter { $0 != id }
            #expect(there.count == 1 && here.count == 1)
            expect(copied.data, is: bulk(there + here))
        }
    }

    @Test("K§12-27: another mailbox's message is not found in bulk, and stays as it is")
    func foreignMessage() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let there = try await stage.leave(in: stage.other)
            let refused = bulk([], failed: [.object([there: "not_found"])])
            for data: JSONObject in [["folder": "saved"], ["source_id": .string(stage.world.mailbox.id)], ["source_id": [.string(stage.world.mailbox.id)]]] {
                var data = data
                data["messages"] = JSON([there])
                expect(try await stage.call("POST", stage.messages, .object(data)).data, is: refused)
            }
            expect(try await stage.call("DELETE", stage.messages, ["messages": JSON([there])]).data, is: refused)
            #expect(try await stage.listed() == [])
            #expect(try await stage.call("GET", stage.otherMessages + "/" + there).data["folder"] == "new")
        }
    }

    @Test("K§12-28: unknown ids of a bulk removal are told")
    func unknownIDs() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            for id in [Self.unknown, "x", "201605-"] {
                expect(
                    try await stage.call("DELETE", stage.messages, ["messages": .array([.string(id)])]).data, is: bulk([], failed: [.object([id: "not_found"])])
                )
            }
        }
    }

    @Test("K§12-29: a body that is too large is 413, in the words of a validation error")
    func tooLarge() async throws {
        try await Section12Stage.run {
            $0.kazoo.maximumBody = 4096
        } _: { (stage: Section12Stage) async throws in
            let refused: JSON = [
                "status": "error", "error": "413", "message": "validation error",
                "data": ["file": ["maxSize": ["message": "Payload or Files must not be more than 4096 bytes", "target": 4096]]],
            ]
            expect(try await stage.put(stage.messages, type: "audio/mp3", Sounds.wav(bytes: 4098)).envelope, is: refused)
            let long = #"{"data":{"x":""# + String(repeating: "x", count: 4096) + #""}}"#
            expect(try await stage.send("PUT", stage.messages, type: "application/json", long).envelope, is: refused)
            #expect(try await stage.listed() == [])
        }
    }

    @Test("K§12-30: removing an expired message is refused as changing it is")
    func expired() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let retention = 93 * 86_400 + 3600
            let now = stage.server.clock.now
            let id = try await stage.leave(MessageDraft(timestamp: now.advanced(by: -retention - 1)))
            let refused = validation(
                id, "date_range",
                [
                    "message": "cannot make changes to messages prior to retention duration", "cause": .int(now.gregorian - retention),
                ])
            let answer = try await stage.call("DELETE", stage.messages + "/" + id)
            #expect(answer.status == 400)
            expect(answer.envelope, is: refused)
            expect(try await stage.call("POST", stage.messages + "/" + id, ["folder": "saved"]).envelope, is: refused)
        }
    }

    @Test("K§12-31: nothing moves when a destination is not there")
    func missingDestination() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let id = try await stage.leave()
            let missing = HexID.random()
            for destination: JSON in [.string(missing), [.string(stage.other.id), .string(missing)]] {
                for (path, data) in [
                    (stage.messages + "/" + id, ["source_id": destination]),
                    (stage.messages, JSON.object(["source_id": destination, "messages": [.string(id)]])),
                ] as [(String, JSON)] {
                    let answer = try await stage.call("POST", path, data)
                    #expect(answer.status == 404)
                    expect(answer.data, is: ["message": "bad identifier", "cause": .string(missing)])
                }
            }
            #expect(try await stage.listed() == [id])
            #expect(try await stage.listed(stage.otherMessages) == [])
        }
    }

    @Test("K§12-33: filing a message gives it no new id")
    func noMigration() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let id = try await stage.leave()
            #expect(try await stage.call("POST", stage.messages + "/" + id, ["folder": "saved"]).data["media_id"]?.string == id)
            expect(try await stage.call("POST", stage.messages, ["folder": "new", "messages": JSON([id])]).data, is: bulk([id]))
            #expect(try await stage.listed() == [id])
        }
    }

    @Test("K§12-39: removing the messages of a mailbox that is not there is no error")
    func missingBox() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let answer = try await stage.call("DELETE", stage.boxes + "/\(HexID.random())/messages")
            #expect(answer.status == 200)
            expect(answer.data, is: bulk([]))
        }
    }

    @Test("K§12-41: what is stamped later than now is listed, unless created_to says otherwise")
    func future() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let now = stage.server.clock.now
            let later = try await stage.leave(MessageDraft(timestamp: now.advanced(by: 86_400)))
            let present = try await stage.leave(MessageDraft(timestamp: now))
            #expect(try await stage.listed() == [later, present])
            #expect(try await stage.listed(stage.messages + "?created_from=\(now.gregorian)") == [later, present])
            #expect(try await stage.listed(stage.messages + "?created_to=\(now.gregorian)") == [present])
        }
    }
}
