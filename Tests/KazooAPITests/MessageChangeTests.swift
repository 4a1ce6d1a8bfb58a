import KazooAPI
import Server
import TestKit
import Testing
import Voicemail

/// Filing, moving, copying and removing messages, one and many (K§7.5 to K§7.8, K§6.5).
@Suite struct MessageChangeTests {
    private struct Stage: Sendable {
        let server: TestServer
        let world: TestWorld
        let other: Mailbox
        let third: Mailbox

        var list: String { world.boxPath + "/messages" }
        func list(_ box: Mailbox) -> String { "\(world.accountPath)/vmboxes/\(box.id)/messages" }

        func leave(_ draft: MessageDraft = MessageDraft(callerName: "Bob", callerNumber: "2001"), audio: [UInt8]? = nil) async throws -> String {
            try await server.leave(draft, audio: audio, in: world.mailbox, of: world.account).monthID
        }

        func post(_ path: String, _ data: JSON) async throws -> Answer { try await server.send("POST", path, token: world.token, data: data) }
        func get(_ path: String) async throws -> Answer { try await server.send("GET", path, token: world.token) }
        func delete(_ path: String, _ data: JSON? = nil) async throws -> Answer {
            if let data { return try await server.send("DELETE", path, token: world.token, data: data) }
            return try await server.send("DELETE", path, token: world.token)
        }

        func counts(_ box: Mailbox) async throws -> [Int] {
            let row = try await get(world.accountPath + "/vmboxes?filter_mailbox=" + box.number).data.array?.first
            return [row?["messages"]?.int ?? -1, row?["folders"]?["new"]?.int ?? -1, row?["folders"]?["saved"]?.int ?? -1]
        }
    }

    private func stage(_ body: @escaping @Sendable (Stage) async throws -> Void) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            try await body(
                Stage(
                    server: server, world: world, other: try await server.makeMailbox("4000", in: world.account),
                    third: try await server.makeMailbox("5000", in: world.account)))
        }
    }

    @Test func theFolderIsLookedForInThreePlaces() async throws {
        try await stage { stage in
            let id = try await stage.leave()
            let one = stage.list + "/" + id
            func folder(_ answer: Answer) -> String? { answer.data["folder"]?.string }
            #expect(folder(try await stage.post(one, ["folder": "deleted"])) == "deleted")
            #expect(folder(try await stage.post(one + "?folder=new", [:])) == "new")
            #expect(folder(try await stage.server.send("POST", one, token: stage.world.token, json: ["data": [:], "folder": "deleted"])) == "deleted")
            #expect(folder(try await stage.post(one + "?folder=deleted", ["folder": "new"])) == "new")
            // Anything else, or nothing, is saved (K§12-19).
            for data: JSON in [["folder": "save"], [:], ["folder": 5], ["length": 9, "caller_id_number": "9"]] {
                #expect(folder(try await stage.post(one, ["folder": "new"])) == "new")
                let answer = try await stage.post(one, data)
                #expect(folder(answer) == "saved")
                #expect(answer.data["caller_id_number"] == "2001")
            }
            // A fetch changes no folder.
            _ = try await stage.post(one, ["folder": "new"])
            _ = try await stage.get(one)
            #expect(folder(try await stage.get(one)) == "new")
        }
    }

    @Test func countsFollowEveryChange() async throws {
        try await stage { stage in
            let ids = [try await stage.leave(), try await stage.leave(), try await stage.leave()]
            #expect(try await stage.counts(stage.world.mailbox) == [3, 3, 0])
            _ = try await stage.post(stage.list, ["folder": "saved", "messages": JSON([ids[0]])])
            #expect(try await stage.counts(stage.world.mailbox) == [3, 2, 1])
            _ = try await stage.post(stage.list + "/" + ids[1], ["folder": "deleted"])
            #expect(try await stage.counts(stage.world.mailbox) == [2, 1, 1])
            #expect(try await stage.get(stage.list).mediaIDs.count == 3)
            _ = try await stage.post(stage.list + "/" + ids[1], ["folder": "new"])
            _ = try await stage.post(stage.list, ["source_id": .string(stage.other.id), "messages": JSON(ids)])
            #expect(try await stage.counts(stage.world.mailbox) == [0, -1, -1])
            #expect(try await stage.counts(stage.other) == [3, 3, 0])
            _ = try await stage.delete(stage.list(stage.other))
            #expect(try await stage.counts(stage.other) == [0, -1, -1])
        }
    }

    @Test func aMovedMessageIsANewOne() async throws {
        try await stage { stage in
            let sound = Sounds.wav(milliseconds: 60)
            let old = stage.server.clock.now.advanced(by: -60 * 86_400)
            let id = try await stage.leave(MessageDraft(callerName: "Bob", callerNumber: "2001", folder: .saved, timestamp: old), audio: sound)
            let before = try await stage.get(stage.list + "/" + id)
            let moved = try await stage.post(stage.list + "/" + id, ["source_id": .string(stage.other.id)])
            #expect(moved.status == 200)
            let newID = try #require(moved.data["media_id"]?.string)
            #expect(newID != id)
            #expect(newID.prefix(7) == "201605-")
            var expected = before.data.object ?? [:]
            expected["media_id"] = .string(newID)
            expected["timestamp"] = .int(stage.server.clock.now.gregorian)
            expected["folder"] = "new"
            expected["to"] = .string("4000@" + stage.world.account.realm)
            expect(moved.data, is: .object(expected))
            #expect(try await stage.get(stage.list + "/" + id).status == 404)
            #expect(try await stage.get(stage.list + "/" + newID).status == 404)
            expect(try await stage.get(stage.list(stage.other) + "/" + newID).data, is: .object(expected))
            #expect(try await stage.get(stage.list(stage.other) + "/" + newID + "/raw").bytes == sound)
            let message = try await stage.server.service.messages.find(
                MessagePlace(mailboxID: stage.other.id, monthID: newID), in: stage.world.account)
            #expect(message.history == [stage.world.mailbox.id])
        }
    }

    @Test func aCopySharesItsSound() async throws {
        try await stage { stage in
            let sound = Sounds.wav(milliseconds: 60)
            let id = try await stage.leave(audio: sound)
            let copied = try await stage.post(stage.list + "/" + id, ["source_id": JSON([stage.other.id, stage.third.id, stage.other.id])])
            let ids = copied.data["succeeded"]?.array?.compactMap(\.string) ?? []
            #expect(ids.count == 2)
            expect(copied.data, is: ["succeeded": JSON(ids), "suceeded": JSON(ids), "failed": []])
            #expect(try await stage.get(stage.list + "/" + id).status == 200)
            let counter = Counter()
            await stage.server.service.housekeeping.collectGarbage()
            try await stage.server.service.archive.list { _, _ in await counter.add() }
            #expect(await counter.count == 1)
            _ = try await stage.delete(stage.list + "/" + id)
            for (box, copy) in zip([stage.other, stage.third], ids) {
                #expect(try await stage.get(stage.list(box) + "/" + copy + "/raw").bytes == sound)
            }
            // Into the same mailbox: a second message.
            let own = try await stage.post(stage.list(stage.other), ["source_id": JSON([stage.other.id]), "messages": JSON([ids[0]])])
            #expect(own.data["succeeded"]?.array?.count == 1)
            #expect(try await stage.get(stage.list(stage.other)).mediaIDs.count == 2)
        }
    }

    @Test func destinationsAreJudgedBeforeAnythingMoves() async throws {
        try await stage { stage in
            let id = try await stage.leave()
            let nowhere = HexID.random()
            let empty = validation(
                "source_id", "required",
                [
                    "message": "empty source_id is specified. please set a single or a list of source_ids."
                ])
            for path in [stage.list, stage.list + "/" + id] {
                for source: JSON in ["", [""], .array([.string(stage.other.id), ""])] {
                    let answer = try await stage.post(path, ["source_id": source, "messages": JSON([id])])
                    expect(answer.envelope, is: empty)
                }
                for source: JSON in [.string(nowhere), .array([.string(stage.other.id), .string(nowhere)]), .string(stage.world.user.id)] {
                    let answer = try await stage.post(path, ["source_id": source, "messages": JSON([id])])
                    #expect(answer.status == 404, "\(source.encoded): \(answer.text)")
                    #expect(answer.json["message"] == "bad_identifier")
                }
            }
            expect(try await stage.post(stage.list + "/" + id, ["source_id": []]).envelope, is: empty)
            expect(
                try await stage.post(stage.list, ["source_id": [], "messages": JSON([id])]).data,
                is: ["succeeded": [], "suceeded": [], "failed": []])
            #expect(try await stage.get(stage.list).mediaIDs == [id])
            #expect(try await stage.get(stage.list(stage.other)).mediaIDs == [])
        }
    }

    @Test func idsOfARequestForMany() async throws {
        try await stage { stage in
            let id = try await stage.leave()
            let elsewhere = try await stage.server.leave(in: stage.other, of: stage.world.account).monthID
            let required = validation("messages", "required", ["message": "No array of message ids are specified"])
            for path in [stage.list, stage.list + "/raw"] {
                for data: JSON in [[:], ["messages": []], ["messages": "x"], ["folder": "saved"]] {
                    expect(try await stage.post(path, data).envelope, is: required)
                }
                #expect(
                    try await stage.post(
                        "\(stage.world.accountPath)/vmboxes/\(HexID.random())/messages" + (path.hasSuffix("raw") ? "/raw" : ""), ["messages": JSON([id])]
                    ).status == 404)
            }
            // Another mailbox's message, a wrong month, an unknown one and nonsense are not found (K§12-27); the rest is done.
            let wrongMonth = "199901" + id.dropFirst(6)
            let names = [elsewhere, wrongMonth, "201605-" + HexID.random(), "x", "", "../../etc", id, id]
            for method in ["POST", "DELETE"] {
                let answer = try await stage.server.send(method, stage.list, token: stage.world.token, data: ["messages": JSON(names)])
                #expect(answer.status == 200)
                expect(
                    answer.data,
                    is: [
                        "succeeded": JSON([id]), "suceeded": JSON([id]), "failed": .array(names.prefix(6).map { .object([$0: "not_found"]) }),
                    ])
            }
            #expect(try await stage.get(stage.list(stage.other)).mediaIDs == [elsewhere])
            #expect(try await stage.post(stage.list, ["messages": [5]]).status == 400)
        }
    }

    @Test func listsOfIdsHaveABound() async throws {
        try await TestServer.run {
            $0.limits.maximumBatch = 5
        } _: { server in
            let world = try await server.makeWorld()
            func send(_ method: String, _ path: String, _ count: Int) async throws -> Int {
                let ids = (0..<count).map { "201605-" + String($0) }
                return try await server.send(method, world.boxPath + path, token: world.token, data: ["messages": JSON(ids)]).status
            }
            #expect(try await send("POST", "/messages", 5) == 200)
            #expect(try await send("POST", "/messages", 6) == 400)
            #expect(try await send("DELETE", "/messages", 5) == 200)
            #expect(try await send("DELETE", "/messages", 6) == 400)
            #expect(try await send("POST", "/messages/raw", 5) == 404)
            #expect(try await send("POST", "/messages/raw", 6) == 400)
        }
    }

    @Test func removingByFolderNeverWidens() async throws {
        try await stage { stage in
            var ids: [Folder: String] = [:]
            for folder in Folder.allCases { ids[folder] = try await stage.leave(MessageDraft(folder: folder)) }
            // K§12-20: a word that is no folder removes nothing.
            for path in [stage.list + "?folder=savd", stage.list + "?folder="] {
                let answer = try await stage.delete(path)
                #expect(answer.status == 400)
                #expect(answer.data["folder"]?["enum"] != nil)
            }
            #expect(try await stage.delete(stage.list, ["folder": "savd"]).status == 400)
            #expect(try await stage.delete(stage.list, ["messages": "all"]).status == 400)
            expect(try await stage.delete(stage.list, ["messages": []]).data, is: ["succeeded": [], "suceeded": [], "failed": []])
            #expect(try await stage.get(stage.list).mediaIDs.count == 3)
            for folder in [Folder.deleted, .saved] {
                let answer = try await stage.delete(stage.list, ["folder": .string(folder.rawValue)])
                expect(answer.data["succeeded"] ?? .null, is: JSON([ids[folder] ?? ""]))
            }
            #expect(try await stage.delete(stage.list + "/").data["succeeded"] == JSON([ids[.new] ?? ""]))
            expect(try await stage.delete(stage.list).data, is: ["succeeded": [], "suceeded": [], "failed": []])
            // K§12-39: a mailbox that is not there.
            let nowhere = try await stage.delete("\(stage.world.accountPath)/vmboxes/\(HexID.random())/messages")
            #expect(nowhere.status == 200)
            expect(nowhere.data, is: ["succeeded": [], "suceeded": [], "failed": []])
        }
    }

    /// Expired messages are shown as deleted, not counted and not changed; their sound can be fetched (K§6.5).
    @Test func retentionEndsChanges() async throws {
        try await stage { stage in
            let retention = 93 * 86_400 + 3600
            let now = stage.server.clock.now
            let edge = try await stage.leave(MessageDraft(timestamp: now.advanced(by: -retention)))
            let sound = Sounds.wav(milliseconds: 20)
            let id = try await stage.leave(MessageDraft(timestamp: now.advanced(by: -retention - 1)), audio: sound)
            let one = stage.list + "/" + id
            expect(
                try await stage.get(one).data,
                contains: [
                    "folder": "deleted", "retention": "enforced",
                    "retention_message": "this message is prior to retention policy, no update operation is permitted",
                ])
            #expect(try await stage.counts(stage.world.mailbox) == [1, 1, 0])
            let refused = validation(
                id, "date_range",
                [
                    "message": "cannot make changes to messages prior to retention duration", "cause": .int(now.gregorian - retention),
                ])
            expect(try await stage.post(one, ["folder": "saved"]).envelope, is: refused)
            expect(try await stage.post(one, ["source_id": .string(stage.other.id)]).envelope, is: refused)
            expect(try await stage.post(one, ["source_id": JSON([stage.other.id])]).envelope, is: refused)
            expect(try await stage.delete(one).envelope, is: refused)
            let attach = try await stage.server.send("PUT", one + "/raw", headers: ["Content-Type": "audio/wav"], token: stage.world.token, body: sound)
            expect(attach.envelope, is: refused)
            for answer in [
                try await stage.post(stage.list, ["messages": JSON([id])]),
                try await stage.post(stage.list, ["messages": JSON([id]), "source_id": .string(stage.other.id)]),
                try await stage.delete(stage.list, ["messages": JSON([id])]),
            ] {
                expect(answer.data, is: ["succeeded": [], "suceeded": [], "failed": [.object([id: "prior_to_retention_duration"])]])
            }
            #expect(try await stage.get(one + "/raw").bytes == sound)
            #expect(try await stage.post(stage.list + "/" + edge, ["folder": "saved"]).status == 200)
            // Time passes: what was within retention leaves the counts by itself, before and after the sweep.
            stage.server.clock.advance(by: 1)
            #expect(try await stage.counts(stage.world.mailbox) == [0, 0, 0])
            try await stage.server.service.housekeeping.sweep()
            #expect(try await stage.counts(stage.world.mailbox) == [0, 0, 0])
        }
    }

    @Test func anotherMailboxsMessageIsNotFound() async throws {
        try await stage { stage in
            let id = try await stage.leave(audio: Sounds.wav(milliseconds: 10))
            let wrong = stage.list(stage.other) + "/" + id
            #expect(try await stage.get(wrong).status == 404)
            #expect(try await stage.get(wrong + "/raw").status == 404)
            #expect(try await stage.post(wrong, ["folder": "saved"]).status == 404)
            #expect(try await stage.delete(wrong).status == 404)
            let upload = try await stage.server.send(
                "PUT", wrong + "/raw", headers: ["Content-Type": "audio/wav"], token: stage.world.token, body: Sounds.wav(milliseconds: 10))
            #expect(upload.status == 404)
            #expect(try await stage.get(stage.list + "/" + id).data["folder"] == "new")
        }
    }

    @Test func removingAMailboxRemovesItsMessages() async throws {
        try await stage { stage in
            let id = try await stage.leave(audio: Sounds.wav(milliseconds: 10))
            let removed = try await stage.delete(stage.world.boxPath)
            #expect(removed.data["_read_only"] == ["deleted": true])
            for path in [stage.world.boxPath, stage.list + "/" + id, stage.list + "/" + id + "/raw"] { #expect(try await stage.get(path).status == 404) }
            #expect(try await stage.get(stage.list).data == [])
            #expect(try await stage.get(stage.world.accountPath + "/vmboxes/messages").data == [])
            #expect(try await stage.delete(stage.world.boxPath).status == 404)
            let again = try await stage.server.send(
                "PUT", stage.world.accountPath + "/vmboxes", token: stage.world.token, data: ["name": "n", "mailbox": "3000"])
            #expect(again.status == 201)
            // Its id is not free: the row is kept for an administrator to undo.
            let reused = try await stage.server.send(
                "PUT", stage.world.accountPath + "/vmboxes", token: stage.world.token,
                data: ["id": .string(stage.world.mailbox.id), "name": "n", "mailbox": "3001"])
            #expect(reused.status == 409)
            let hard = try await stage.delete("\(stage.world.accountPath)/vmboxes/\(stage.other.id)?should_soft_delete=false")
            #expect(hard.status == 200)
        }
    }
}
