import NIOCore
import TestKit
import Testing
import Voicemail

/// Groups that broadcast: each member gets a copy of every message, the group keeps none (P§7).
@Suite struct BroadcastTests {
    private let sound = WAV.tones([440], milliseconds: 500)

    private func run(_ body: @Sendable (PSeriesWorld) async throws -> Void) async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.service.groups.set(
                MailboxGroup(mode: .broadcast, members: world.extensions.map(\.id)), of: world.group.id, in: world.account)
            try await body(world)
        }
    }

    private func counts(_ world: PSeriesWorld) async throws -> [Int] { [try await world.messages("3200").count, try await world.messages("3201").count] }

    @Test("Copies are messages of their own that share their audio: one read or deleted leaves the other alone")
    func copies() async throws {
        try await run { world in
            try await world.leave(sound, in: world.group)
            let first = try await world.messages("3200")[0], second = try await world.messages("3201")[0]
            #expect(first["number"] == "2001" && second["number"] == "2001" && first["duration"] == second["duration"])
            #expect(try await blobs(world) == 1)
            #expect(try await world.post("vm/update", ["id": first["msg_id"] ?? .null, "vm_status": 1]).code == 0)
            #expect(try await world.messages("3201")[0]["is_read"] == 0)
            #expect(try await world.get("vm/delete", ["id": first["msg_id"]?.string ?? ""]).code == 0)
            #expect(try await counts(world) == [0, 1])
            #expect(try await world.fetch(world.get("vm/download", ["msg_id": second["msg_id"]?.string ?? ""]))["Content-Type"] == "audio/wav")
            expect(try await world.get("vm_group/list")["vm_group_list"]?.array?[0]["messages"] ?? .null, is: ["total": 0, "unread": 0])
        }
    }

    @Test("Every copy has a call record by which it is found, to the member who has it; of one call they are by its id")
    func callRecords() async throws {
        try await run { world in
            let first = try await world.leave(sound, in: world.group)
            let records = try await world.get("cdr/list")["data"]?.array ?? []
            #expect(records.map { $0["call_to"] } == ["Box 3200<3200>", "Box 3201<3201>"])
            #expect(Set(records.compactMap { $0["id"]?.int }).count == 2 && Set(records.compactMap { $0["uid"]?.string }).count == 2)
            for (number, record) in zip(["3200", "3201"], records) {
                expect(try await world.post("vm/update", ["uid": record["uid"] ?? .null, "vm_status": 1]), is: ["errcode": 0, "errmsg": "SUCCESS"])
                let message = try await world.messages(number)[0]
                #expect(message["is_read"] == 1)
                let key = try #require(message["msg_id"]?.string.flatMap { $0.split(separator: "-").last }.flatMap { Int($0, radix: 16) })
                let stored = try await world.service.store.read { try $0.message(serial: key) }
                #expect(stored?.callID == first.callID)
            }
        }
    }

    @Test("A KAZOO client that sends the audio after the message: it is handed on with the audio")
    func twoSteps() async throws {
        try await run { world in
            let kazoo = try await world.server.makeToken(for: world.account)
            let box = "/v2/accounts/\(world.account.id)/vmboxes/\(world.group.id)/messages"
            let made = try await world.server.send("PUT", box, token: kazoo, data: ["caller_id_number": "5503301"])
            #expect(try await counts(world) == [0, 0])
            let id = try #require(made.data["media_id"]?.string)
            let raw = try await world.server.send("PUT", box + "/\(id)/raw", headers: ["Content-Type": "audio/wav"], token: kazoo, body: sound)
            #expect(raw.status < 300, "\(raw.status)")
            #expect(try await counts(world) == [1, 1])
            #expect(try await world.messages("3201")[0]["number"] == "5503301")
            #expect(try await world.service.messages.positioned(of: world.group.id, offset: 0, limit: 9).total == 0)
        }
    }

    @Test("Audio that never comes is waited for ten minutes; then the message goes on without")
    func leftovers() async throws {
        try await run { world in
            try await world.leave(nil, in: world.group)
            world.server.clock.advance(by: 599)
            try await world.service.housekeeping.sweep()
            #expect(try await counts(world) == [0, 0])
            #expect(try await world.service.messages.positioned(of: world.group.id, offset: 0, limit: 9).total == 1)
            expect(try await world.get("vm_group/list")["vm_group_list"]?.array?[0]["messages"] ?? .null, is: ["total": 0, "unread": 0])
            world.server.clock.advance(by: 1)
            try await world.service.housekeeping.sweep()
            #expect(try await counts(world) == [1, 1])
            try await world.service.housekeeping.sweep()
            #expect(try await counts(world) == [1, 1])
        }
    }

    @Test("A group without members keeps what it gets until it has some")
    func nobody() async throws {
        try await run { world in
            _ = try await world.service.groups.set(MailboxGroup(mode: .broadcast, members: []), of: world.group.id, in: world.account)
            try await world.leave(sound, in: world.group)
            #expect(try await world.service.messages.positioned(of: world.group.id, offset: 0, limit: 9).items.map(\.message.folder) == [.new])
            _ = try await world.service.groups.set(
                MailboxGroup(mode: .broadcast, members: [world.extensions[1].id]), of: world.group.id, in: world.account)
            world.server.clock.advance(by: 600)
            try await world.service.housekeeping.sweep()
            #expect(try await counts(world) == [0, 1])
        }
    }

    @Test("No member twice, no group, no stranger, not itself")
    func members() async throws {
        try await PSeriesWorld.run { world in
            let other = try await world.server.makeAccount("Other")
            let stranger = try await world.server.makeMailbox("1", in: other)
            let first = world.extensions[0].id
            let second = try await world.server.makeMailbox("6400", in: world.account)
            for members in [[first, first], [world.group.id], [stranger.id], [second.id], ["nobody"], [world.account.id]] {
                await #expect(throws: VoicemailError.self) {
                    try await world.service.groups.set(MailboxGroup(mode: .broadcast, members: members), of: second.id, in: world.account)
                }
            }
            #expect(try await world.service.mailboxes.find(second.id, of: world.account).group == nil)
        }
    }

    private func blobs(_ world: PSeriesWorld) async throws -> Int {
        await world.service.housekeeping.collectGarbage()
        return try await world.service.store.read { try $0.blobs(after: nil, limit: 100).count }
    }
}
