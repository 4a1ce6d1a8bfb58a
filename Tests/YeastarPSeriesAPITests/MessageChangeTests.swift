import Foundation
import Server
import TestKit
import Testing
import Voicemail

/// `vm/create`, `vm/update`, `vm/delete`, `vm/delete_extension_vm` (P§7.4 to P§7.7).
@Suite struct MessageChangeTests {
    private let success: JSON = ["errcode": 0, "errmsg": "SUCCESS"]
    private let notFound: JSON = ["errcode": 60001, "errmsg": "DATA NOT FOUND"]

    @Test("The contract's example of a message without audio: unread, no length, no size, and nothing to download")
    func create() async throws {
        try await PSeriesWorld.run { world in
            let answer = try await world.post("vm/create", ["vm_from_number": "5503301", "vm_to_number": "3200"])
            let id = try #require(answer["id"]?.string)
            expect(answer, is: ["errcode": 0, "errmsg": "SUCCESS", "id": .string(id)])
            #expect(id.wholeMatch(of: /1463000000-[0-9a-f]{8}/) != nil)
            expect(
                try await world.get("vm/get", ["number": "3200"]),
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 1,
                    "data": [
                        [
                            "msg_id": .string(id), "file_name": "msg0000.wav", "is_read": 0, "duration": 0, "size": 0, "group_voicemail_read_status": .null,
                            "name": "", "time": "05/11/2016 20:53:20", "number": "5503301",
                        ]
                    ],
                ])
            expect(try await world.get("vm/download", ["msg_id": id]), is: notFound)
            // A caller of the account has a name; numbers may come as numbers.
            _ = try await world.post("vm/create", ["vm_from_number": 3201, "vm_to_number": 3200])
            #expect(try await world.messages()[1]["name"] == "Box 3201")
        }
    }

    @Test("No message for nobody, from nobody, for a group, for an extension without voicemail")
    func createRefusals() async throws {
        try await PSeriesWorld.run { world in
            expect(try await world.post("vm/create", ["vm_to_number": "3200"]), is: parameterError("vm_from_number", required: true))
            expect(try await world.post("vm/create", ["vm_from_number": "1", "vm_to_number": ""]), is: parameterError("vm_to_number", required: true))
            expect(try await world.post("vm/create", ["vm_from_number": "1", "vm_to_number": "9999"]), is: notFound)
            expect(try await world.post("vm/create", ["vm_from_number": "1", "vm_to_number": "6300"]), is: notFound)
            let long = String(repeating: "1", count: 36)
            expect(
                try await world.post("vm/create", ["vm_from_number": .string(long), "vm_to_number": "3200"]),
                is: parameterError("vm_from_number", .string(long)))
            _ = try await world.service.mailboxes.change(world.extensions[1].id, .patch(["enabled": false]), in: world.account)
            expect(try await world.post("vm/create", ["vm_from_number": "1", "vm_to_number": "3201"]), is: ["errcode": 10009, "errmsg": "OPERATION FAILED"])
            #expect(try await world.messages().isEmpty)
        }
    }

    @Test("A box takes as many messages as it may and no more; what is deleted makes room")
    func full() async throws {
        try await PSeriesWorld.run {
            $0.limits.mailboxCapacity = 2
        } _: { world in
            let order: JSON = ["vm_from_number": "1", "vm_to_number": "3200"]
            let first = try await world.post("vm/create", order)
            #expect(try await world.post("vm/create", order).code == 0)
            expect(try await world.post("vm/create", order), is: ["errcode": 60002, "errmsg": "MAX LIMITATION EXCEEDED"])
            #expect(try await world.messages().count == 2)
            _ = try await world.get("vm/delete", ["id": first["id"]?.string ?? ""])
            #expect(try await world.post("vm/create", order).code == 0)
        }
    }

    @Test("Marked read, at once in every list, again without harm, by number or by text, and by the call record's id")
    func update() async throws {
        try await PSeriesWorld.run { world in
            let messages = [try await world.leave(), try await world.leave(), try await world.leave(in: world.group)]
            expect(try await world.post("vm/update", ["id": PSeriesWorld.id(messages[0]), "vm_status": 1]), is: success)
            #expect(try await world.messages().map { $0["is_read"] } == [1, 0])
            expect(try await world.post("vm/update", ["id": PSeriesWorld.id(messages[0]), "vm_status": "1"]), is: success)
            let groups = try await world.get("vm_group/list")["vm_group_list"]?.array
            expect(groups?[0]["messages"] ?? .null, is: ["total": 1, "unread": 1])
            let uid = messages[1].callRecordID(in: TimeZone(identifier: "UTC") ?? .gmt)
            expect(try await world.post("vm/update", ["uid": .string(uid), "vm_status": 1]), is: success)
            #expect(try await world.messages().map { $0["is_read"] } == [1, 1])
            expect(try await world.post("vm/update", ["id": PSeriesWorld.id(messages[2]), "vm_status": 1]), is: success)
            #expect(try await world.get("vm/query", ["number": "6300"])["voicemail_list"]?.array?[0]["data"]?.array?[0]["is_read"] == 1)
            expect(try await world.get("vm_group/list")["vm_group_list"]?.array?[0]["messages"] ?? .null, is: ["total": 1, "unread": 0])
        }
    }

    @Test("There is no way back to unread, and no other state; unknown ids; nothing missing")
    func updateRefusals() async throws {
        try await PSeriesWorld.run { world in
            let id = PSeriesWorld.id(try await world.leave())
            for status: JSON in [0, "0", 2, "read", true] {
                expect(try await world.post("vm/update", ["id": id, "vm_status": status]), is: parameterError("vm_status", status))
            }
            expect(try await world.post("vm/update", ["id": id]), is: parameterError("vm_status", required: true))
            expect(try await world.post("vm/update", ["vm_status": 1]), is: parameterError("id", required: true))
            // The state is judged before the id.
            expect(try await world.post("vm/update", ["id": "x"]), is: parameterError("vm_status", required: true))
            expect(try await world.post("vm/update", ["id": "x", "vm_status": 0]), is: parameterError("vm_status", 0))
            for unknown: JSON in ["1463000000-0000ffff", "x", 12, "1463000001-00000001"] {
                expect(try await world.post("vm/update", ["id": unknown, "vm_status": 1]), is: notFound)
            }
            for uid: JSON in ["x", "2016051120532000000", "20160511205320-----"] {
                expect(try await world.post("vm/update", ["uid": uid, "vm_status": 1]), is: notFound)
            }
            #expect(try await world.messages()[0]["is_read"] == 0)
        }
    }

    @Test("Retention, which KAZOO knows, keeps nobody here from marking or deleting what is old")
    func old() async throws {
        try await PSeriesWorld.run { world in
            let messages = [try await world.leave(at: 1_000_000_000), try await world.leave(at: 1_000_000_001)]
            expect(try await world.post("vm/update", ["id": PSeriesWorld.id(messages[0]), "vm_status": 1]), is: success)
            expect(try await world.get("vm/delete", ["id": PSeriesWorld.id(messages[1]).string ?? ""]), is: success)
            #expect(try await world.messages().map { $0["is_read"] } == [1])
        }
    }

    @Test("Deleted is gone: from lists, for updates, downloads and a second deletion")
    func delete() async throws {
        try await PSeriesWorld.run { world in
            let id = try #require(PSeriesWorld.id(try await world.leave()).string)
            expect(try await world.get("vm/delete"), is: parameterError("id", required: true))
            expect(try await world.get("vm/delete", ["id": "1463000000-0000ffff"]), is: notFound)
            expect(try await world.get("vm/delete", ["id": id]), is: success)
            expect(try await world.get("vm/delete", ["id": id]), is: notFound)
            expect(try await world.post("vm/update", ["id": .string(id), "vm_status": 1]), is: notFound)
            expect(try await world.get("vm/download", ["msg_id": id]), is: notFound)
            #expect(try await world.messages().isEmpty)
        }
    }

    @Test("All messages of an extension go, however they came; an empty box is no failure; a group and a stranger are")
    func deleteAll() async throws {
        try await PSeriesWorld.run { world in
            try await world.leave()
            try await world.leave(at: 1_000_000_000)
            _ = try await world.post("vm/create", ["vm_from_number": "1", "vm_to_number": "3200"])
            try await world.leave(in: world.extensions[1])
            try await world.leave(in: world.group)
            expect(try await world.get("vm/delete_extension_vm", ["vm_to_number": "3200"]), is: success)
            #expect(try await world.messages().isEmpty)
            expect(try await world.get("vm/delete_extension_vm", ["vm_to_number": "3200"]), is: success)
            expect(try await world.get("vm/delete_extension_vm"), is: parameterError("vm_to_number", required: true))
            expect(try await world.get("vm/delete_extension_vm", ["vm_to_number": "9999"]), is: notFound)
            expect(try await world.get("vm/delete_extension_vm", ["vm_to_number": "6300"]), is: notFound)
            #expect(try await world.messages("3201").count == 1)
            #expect(try await world.messages("6300").count == 1)
        }
    }

    @Test("Another account's messages are nobody's here")
    func strangers() async throws {
        try await PSeriesWorld.run { world in
            let other = try await world.server.makeAccount("Other")
            let box = try await world.server.makeMailbox("3200", in: other)
            let message = try await world.server.leave(audio: WAV.silence(milliseconds: 100), in: box, of: other)
            let id = PSeriesWorld.id(message)
            expect(try await world.post("vm/update", ["id": id, "vm_status": 1]), is: notFound)
            expect(try await world.get("vm/delete", ["id": id.string ?? ""]), is: notFound)
            expect(try await world.get("vm/download", ["msg_id": id.string ?? ""]), is: notFound)
            #expect(try await world.service.messages.positioned(of: box.id, offset: 0, limit: 9).items.map(\.message.folder) == [.new])
        }
    }
}
