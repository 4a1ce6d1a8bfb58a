import TestKit
import Testing
import Voicemail

@testable import YeastarPSeriesAPI

/// `vm/get` and `vm/query` (P§7.1, P§7.2).
@Suite struct MessageListTests {
    /// 04/23/2024 02:49:15, as the contract's example.
    private let arrival = 1_713_840_555

    @Test("The contract's example of a shared box: every field, members' read state among them, and the size of a telephone WAV of 18 seconds")
    func sharedBox() async throws {
        try await PSeriesWorld.run { world in
            let message = try await world.leave(WAV.noise(bytes: 290_604), from: "5503301", name: "Leo Ball", at: arrival, in: world.group)
            func status(_ first: JSON, _ second: JSON) -> JSON {
                [["name": "Box 3200", "number": "3200", "is_read": first], ["name": "Box 3201", "number": "3201", "is_read": second]]
            }
            func answer(isRead: JSON, _ members: JSON) -> JSON {
                [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 1,
                    "data": [
                        [
                            "msg_id": PSeriesWorld.id(message), "file_name": "msg0000.wav", "is_read": isRead, "duration": 18, "size": 290_604,
                            "group_voicemail_read_status": members, "name": "Leo Ball", "time": "04/23/2024 02:49:15", "number": "5503301",
                        ]
                    ],
                ]
            }
            expect(try await world.get("vm/get", ["number": "6300"]), is: answer(isRead: 0, status(0, 0)))
            // One member has heard it: it stays unread until all have.
            try await world.service.groups.hear(message.id, as: world.extensions[1].id, in: world.account)
            expect(try await world.get("vm/get", ["number": "6300"]), is: answer(isRead: 0, status(0, 1)))
            try await world.service.groups.hear(message.id, as: world.extensions[0].id, in: world.account)
            expect(try await world.get("vm/get", ["number": "6300"]), is: answer(isRead: 1, status(1, 1)))
            let unsaved = try await world.leave(in: world.group)
            // Marked read through the API, it is read for the box and for every member.
            expect(try await world.post("vm/update", ["id": PSeriesWorld.id(unsaved), "vm_status": 1]), is: ["errcode": 0, "errmsg": "SUCCESS"])
            let second = try await world.messages("6300")[1]
            #expect(second["is_read"] == 1)
            #expect(second["group_voicemail_read_status"]?.isEquivalent(to: status(1, 1)) == true)
        }
    }

    @Test("An extension's read states are null; messages come in the order they were left, and close up when one goes; ids stay")
    func ownBox() async throws {
        try await PSeriesWorld.run { world in
            let messages = [
                try await world.leave(WAV.silence(milliseconds: 2999), at: arrival + 60), try await world.leave(at: arrival),
                try await world.leave(at: arrival + 120),
            ]
            let ids = [messages[1], messages[0], messages[2]].map { PSeriesWorld.id($0) }
            var listed = try await world.messages()
            #expect(listed.map { $0["msg_id"] } == ids)
            #expect(listed.map { $0["file_name"] } == ["msg0000.wav", "msg0001.wav", "msg0002.wav"])
            #expect(listed.allSatisfy { $0["group_voicemail_read_status"] == .null })
            #expect(listed[1]["duration"] == 2 && listed[1]["size"] == 48_028)
            expect(try await world.get("vm/delete", ["id": ids[1].string ?? ""]), is: ["errcode": 0, "errmsg": "SUCCESS"])
            listed = try await world.messages()
            #expect(listed.map { $0["msg_id"] } == [ids[0], ids[2]])
            #expect(listed.map { $0["file_name"] } == ["msg0000.wav", "msg0001.wav"])
        }
    }

    @Test("An empty box; a number nobody has; a broadcasting group, which keeps nothing; a number as JSON would have it")
    func refusals() async throws {
        try await PSeriesWorld.run { world in
            expect(try await world.get("vm/get", ["number": "3200"]), is: ["errcode": 0, "errmsg": "SUCCESS", "total_number": 0, "data": []])
            expect(try await world.get("vm/get", ["number": "9999"]), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            expect(try await world.get("vm/get"), is: parameterError("number", required: true))
            expect(try await world.get("vm/get", ["number": ""]), is: parameterError("number", required: true))
            _ = try await world.service.groups.set(
                MailboxGroup(mode: .broadcast, members: world.extensions.map(\.id)), of: world.group.id, in: world.account)
            expect(try await world.get("vm/get", ["number": "6300"]), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            try await world.leave(in: world.group)
            let copies = [try await world.messages("3200"), try await world.messages("3201")]
            #expect(copies.map(\.count) == [1, 1])
            #expect(copies[0][0]["msg_id"] != copies[1][0]["msg_id"])
        }
    }

    @Test("Pages of a box: all without one, 20 with a page, none past the end, and the true total always")
    func pages() async throws {
        try await PSeriesWorld.run { world in
            for number in 0..<25 { try await world.leave(nil, from: String(number), at: arrival + number) }
            func page(_ query: KeyValuePairs<String, String>) async throws -> [String] {
                let answer = try await world.get("vm/get", query)
                #expect(answer["total_number"] == 25)
                return answer["data"]?.array?.compactMap { $0["number"]?.string } ?? []
            }
            #expect(try await page(["number": "3200"]).count == 25)
            #expect(try await page(["number": "3200", "page": "1"]).count == 20)
            #expect(try await page(["number": "3200", "page": "2"]) == ["20", "21", "22", "23", "24"])
            #expect(try await page(["number": "3200", "page": "3", "page_size": "2"]) == ["4", "5"])
            #expect(try await page(["number": "3200", "page": "26", "page_size": "1"]) == [])
            #expect(try await page(["number": "3200", "page_size": "10000"]).count == 25)
            expect(try await world.get("vm/get", ["number": "3200", "page": "0"]), is: parameterError("page", 0))
            expect(try await world.get("vm/get", ["number": "3200", "page_size": "10001"]), is: parameterError("page_size", 10_001))
        }
    }

    @Test("The contract's example of a query: boxes in the order asked, no total of all")
    func query() async throws {
        try await PSeriesWorld.run { world in
            try await world.leave(nil, from: "1", at: arrival, in: world.extensions[1])
            try await world.leave(nil, from: "2", at: arrival + 1, in: world.extensions[1])
            try await world.leave(nil, from: "3", at: arrival, in: world.group)
            let answer = try await world.get("vm/query", ["number": "3201,3200, 6300"])
            #expect(answer.object.map { Set($0.keys) } == ["errcode", "errmsg", "voicemail_list"])
            #expect(answer.code == 0)
            let boxes = answer["voicemail_list"]?.array ?? []
            #expect(boxes.map { $0["number"] } == ["3201", "3200", "6300"])
            #expect(boxes.map { $0["total_number"] } == [2, 0, 1])
            #expect(boxes.map { $0["data"]?.array?.count } == [2, 0, 1])
            #expect(boxes[0]["data"]?.array?[1].isEquivalent(to: try await world.messages("3201")[1]) == true)
            // Pages are those of each box.
            let second = try await world.get("vm/query", ["number": "3201,6300", "page": "2", "page_size": "1"])
            #expect(second["voicemail_list"]?.array?.map { $0["data"]?.array?.count } == [1, 0])
            #expect(second["voicemail_list"]?.array?.map { $0["total_number"] } == [2, 1])
        }
    }

    @Test("Some boxes of a query are unknown: partly done; all of them: not found. A box asked for twice is shown once")
    func unknownBoxes() async throws {
        try await PSeriesWorld.run { world in
            expect(
                try await world.get("vm/query", ["number": "9999,3200,3200"]),
                is: [
                    "errcode": 1, "errmsg": "PARTIAL SUCCESS", "voicemail_list": [["number": "3200", "total_number": 0, "data": []]],
                ])
            expect(try await world.get("vm/query", ["number": "9999"]), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            for nothing in ["", ",", " , "] { expect(try await world.get("vm/query", ["number": nothing]), is: parameterError("number", required: true)) }
            // A blank behind the comma as forms encode it.
            let plus = try await world.raw("GET", "/openapi/v1.0/vm/query?access_token=\(world.token)&number=3200,+3201")
            #expect(plus["voicemail_list"]?.array?.count == 2 && plus.code == 0)
        }
    }

    @Test("A query over boxes with thousands of messages is written whole, in pieces")
    func longQuery() async throws {
        try await PSeriesWorld.run { world in
            let (account, boxes) = (world.account, world.extensions)
            try await world.service.store.write { writer in
                for box in boxes {
                    for index in 0..<1500 {
                        _ = try writer.insert(
                            Message(
                                accountID: account.id, mailboxID: box.id, timestamp: Timestamp(unix: 1_586_000_000 + index), folder: .new, from: "1@x",
                                to: "2@x", callerName: "Ann", callerNumber: String(index), callID: "c", lengthMilliseconds: 1000,
                                modified: Timestamp(unix: 0)))
                    }
                }
            }
            let answer = try await world.get("vm/query", ["number": "3200,3201"])
            #expect(answer.code == 0)
            for box in answer["voicemail_list"]?.array ?? [] {
                #expect(box["data"]?.array?.map { $0["number"] } == (0..<1500).map { .string(String($0)) })
            }
        }
    }

    @Test(
        "Message ids as the contract prints them, there and back; nothing else is one",
        arguments: [
            (1_713_840_555, 0x623, "1713840555-00000623"), (1_718_170_428, 9, "1718170428-00000009"), (0, 0xffff_ffff, "0-ffffffff"),
            (1, 0x1_0000_0000, "1-100000000"), (-5, 1, "-5-00000001"),
        ])
    func ids(seconds: Int, serial: Int, text: String) {
        let message = Message(
            serial: serial, accountID: "", mailboxID: "", timestamp: Timestamp(unix: seconds), folder: .new, from: "", to: "", callerName: "",
            callerNumber: "", callID: "", lengthMilliseconds: 0, modified: Timestamp(unix: 0))
        #expect(MessageID.text(message) == text)
        #expect(MessageID.key(text) == .serial(serial, left: Timestamp(unix: seconds)))
    }

    @Test(
        "No message id",
        arguments: [
            "", "-", "1", "1-", "1-0000062", "1-0000062G", "1-0000062A", "01-00000001", "+1-00000001", "1-000000001", "x-00000001", " 1-00000001",
            "1-00000001 ", "--1-00000001", "1-ffffffffffffffff", "1-fffffffffffffffff", "1-0000\u{0}001", "99999999999999999999-00000001",
        ])
    func noID(_ text: String) { #expect(MessageID.key(text) == nil) }

    @Test("Random texts are no message ids, or are written back as they were")
    func randomIDs() {
        var random = SeededRandom(seed: 3)
        let pieces = Array("0123456789abcdefA-- x")
        for _ in 0..<20_000 {
            let text = String((0..<Int.random(in: 0...22, using: &random)).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] })
            guard case .serial(let serial, let left)? = MessageID.key(text) else { continue }
            #expect(text.hasPrefix("\(left.unix)-") && Int(text.suffix(8), radix: 16) == serial & 0xffff_ffff)
        }
    }
}
