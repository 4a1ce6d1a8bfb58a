import TestKit
import Testing
import Voicemail

/// `vm_group/list` (P§7.8).
@Suite struct GroupTests {
    @Test("Every field of a group: members with id, name and number, counts of all and of unread")
    func example() async throws {
        try await PSeriesWorld.run { world in
            try await world.leave(in: world.group)
            let read = try await world.leave(in: world.group)
            _ = try await world.post("vm/update", ["id": PSeriesWorld.id(read), "vm_status": 1])
            expect(
                try await world.get("vm_group/list"),
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 1,
                    "vm_group_list": [
                        [
                            "id": .int(world.group.serial), "type": "ring_group", "number": "6300", "name": "Box 6300", "mode": "share",
                            "member_list": .array(
                                world.extensions.map {
                                    ["value": .string(String($0.serial)), "type": "extension", "text": .string($0.name), "text2": .string($0.number)]
                                }),
                            "messages": ["total": 2, "unread": 1],
                        ]
                    ],
                ])
        }
    }

    @Test("No groups; a member that is gone; a group of another account")
    func edges() async throws {
        try await PSeriesWorld.run { world in
            let other = try await world.server.makeAccount("Other")
            let box = try await world.server.makeMailbox("1", in: other)
            _ = try await world.service.groups.set(MailboxGroup(mode: .share, members: []), of: box.id, in: other)
            _ = try await world.service.mailboxes.remove(world.extensions[0].id, in: world.account)
            let answer = try await world.get("vm_group/list")
            #expect(answer["total_number"] == 1)
            #expect(answer["vm_group_list"]?.array?[0]["member_list"]?.array?.map { $0["text2"] } == ["3201"])
            _ = try await world.service.groups.set(nil, of: world.group.id, in: world.account)
            expect(try await world.get("vm_group/list"), is: ["errcode": 0, "errmsg": "SUCCESS", "total_number": 0, "vm_group_list": []])
        }
    }

    @Test("Sorted by each key, both ways, and in pages; by any other key not at all")
    func sorted() async throws {
        try await PSeriesWorld.run { world in
            for (number, name, mode, kind): (String, String, MailboxGroup.Mode, MailboxGroup.Kind) in [
                ("99", "beta", .broadcast, .queue), ("640", "Alpha", .share, .custom),
            ] {
                let box = try await world.server.makeMailbox(number, in: world.account, ["name": .string(name)])
                _ = try await world.service.groups.set(MailboxGroup(mode: mode, kind: kind, members: []), of: box.id, in: world.account)
            }
            func numbers(_ query: KeyValuePairs<String, String>) async throws -> [JSON?] {
                let answer = try await world.get("vm_group/list", query)
                #expect(answer["total_number"] == 3)
                return answer["vm_group_list"]?.array?.map { $0["number"] } ?? []
            }
            #expect(try await numbers([:]) == ["6300", "99", "640"])
            #expect(try await numbers(["order_by": "desc"]) == ["640", "99", "6300"])
            #expect(try await numbers(["sort_by": "number"]) == ["99", "640", "6300"])
            #expect(try await numbers(["sort_by": "name"]) == ["640", "99", "6300"])
            #expect(try await numbers(["sort_by": "type"]) == ["640", "99", "6300"])
            #expect(try await numbers(["sort_by": "mode", "order_by": "desc"]) == ["6300", "640", "99"])
            #expect(try await numbers(["sort_by": "id", "page": "2", "page_size": "1"]) == ["99"])
            expect(try await world.get("vm_group/list", ["sort_by": "members"]), is: parameterError("sort_by", "members"))
            expect(try await world.get("vm_group/list", ["order_by": "down"]), is: parameterError("order_by", "down"))
        }
    }
}
