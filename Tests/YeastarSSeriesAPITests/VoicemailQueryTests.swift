import TestKit
import Testing
import Voicemail

@Suite("voicemail/query (S§3.1)")
struct VoicemailQueryTests {
    /// The extensions an answer lists, by either key.
    private func extensions(_ answer: JSON) -> [String] {
        (answer["voicemails"]?.array ?? []).compactMap { $0["extid"]?.string ?? $0["number"]?.string }
    }

    @Test("One, several and all, by either key, in every version", arguments: ["v0.0.1", "v1.0.1", "v1.1.0", "v2.0.0"])
    func selection(version: String) async throws {
        try await SSeriesWorld.run(version, extensions: ["1000", "1001", "200", "30"]) { (world: SSeriesWorld) async throws in
            for number in ["1000", "1001", "30"] { try await world.leave(in: number) }
            for (body, expected) in [
                (#"{"extid": "1000"}"#, ["1000"]), (#"{"number": 1000}"#, ["1000"]), (#"{"extid": "1001,1000"}"#, ["1001", "1000"]),
                (#"{"number": " 1000 , 30 "}"#, ["1000", "30"]), (#"{"extid": "1000,1000,01000"}"#, ["1000"]),
                // By number, not by text; the one without messages left out.
                ("", ["30", "1000", "1001"]), ("{}", ["30", "1000", "1001"]), (#"{"extid": ""}"#, ["30", "1000", "1001"]),
                (#"{"extid": "all"}"#, ["30", "1000", "1001"]), (#"{"number": "ALL"}"#, ["30", "1000", "1001"]),
                (#"{"extid": null}"#, ["30", "1000", "1001"]),
                // Unknown ones and those without messages are left out.
                (#"{"extid": "1000,9999,200"}"#, ["1000"]),
            ] {
                let answer = try await world.client.send("voicemail/query", body)
                #expect(extensions(answer.json) == expected, "\(body)")
            }
        }
    }

    @Test("Without messages there is only the status")
    func empty() async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001"]) { (world: SSeriesWorld) async throws in
            for body in [#"{"extid":"1000"}"#, #"{"extid":"1000,1001"}"#, #"{"extid":"1000,9999"}"#, ""] {
                #expect(try await world.client.send("voicemail/query", body).text == #"{"status":"Success"}"#, "\(body)")
            }
            let xml = try await world.client.send("voicemail/query", "", query: "&type=xml")
            #expect(xml.text.contains("<xml><status>Success</status></xml>"))
        }
    }

    private static let unknownExtensions = [
        #"{"extid":"9999"}"#, #"{"number":"9998,9999"}"#, #"{"extid":","}"#, #"{"extid":"1000 1001"}"#, #"{"extid":"' OR 1=1"}"#,
    ]

    @Test("An extension nobody has is 10006, several only when nobody has any of them")
    func unknown() async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001"]) { (world: SSeriesWorld) async throws in
            for body in Self.unknownExtensions {
                let answer = try await world.client.send("voicemail/query", body)
                #expect(answer.json == failed("10006"), "\(body)")
            }
        }
    }

    @Test("One sequence, oldest first, whatever is read; what is in the trash has no place; gaps close")
    func numbering() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            // Left out of order, two in one second.
            try await world.leave(in: "1000", from: "3", at: "2020-04-07 12:00:00")
            try await world.leave(in: "1000", from: "1", at: "2020-04-07 10:00:00", folder: .saved)
            let second = try await world.leave(in: "1000", from: "2", at: "2020-04-07 11:00:00", folder: .saved)
            try await world.leave(in: "1000", from: "4", at: "2020-04-07 12:00:00")
            try await world.leave(in: "1000", from: "0", at: "2020-04-07 09:00:00", folder: .deleted)
            #expect(try await world.listed("1000") == ["msg0000.wav 1", "msg0001.wav 2", "msg0002.wav 3", "msg0003.wav 4"])
            let place = MessagePlace(mailboxID: second.mailboxID, monthID: second.monthID)
            _ = try await world.server.service.messages.file(place, in: .deleted, account: world.account)
            #expect(try await world.listed("1000") == ["msg0000.wav 1", "msg0001.wav 3", "msg0002.wav 4"])
            _ = try await world.server.service.messages.file(place, in: .new, account: world.account)
            #expect(try await world.listed("1000") == ["msg0000.wav 1", "msg0001.wav 2", "msg0002.wav 3", "msg0003.wav 4"])
        }
    }

    @Test("Dates are the account's wall clock; lengths are whole seconds; everything is text")
    func values() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000", from: "+353 1 \"2\"", at: "2020-07-01 22:30:00", seconds: 3.99)
            let service = world.server.service
            _ = try await service.accounts.change(world.account.id, .patch(["timezone": "Asia/Shanghai"]))
            let item = try await world.client.post("voicemail/query")["voicemails"]?.array?.first?["voicemail"]?.array?.first
            #expect(
                item == [
                    "messagefrom": "+353 1 \"2\"", "voicemaildate": "2020-07-02 06:30:00", "voicemailfile": "msg0000.wav", "voicemaillength": "3",
                    "voicemailstatus": "unread",
                ])
        }
    }

    @Test("Another account's extensions are nobody's")
    func foreign() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            let other = try await world.server.makeAccount("Other")
            let box = try await world.server.makeMailbox("2000", in: other)
            _ = try await world.server.leave(in: box, of: other)
            #expect(try await world.client.post("voicemail/query", ["extid": "2000"]) == failed("10006"))
            #expect(try await world.client.post("voicemail/query") == succeeded)
        }
    }

    @Test("XML shows the same")
    func xml() async throws {
        try await SSeriesWorld.run("v0.0.1", extensions: ["102"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "102", from: "<6000>&")
            try await world.leave(in: "102", from: "7001", at: "2020-04-07 10:57:31", seconds: 3)
            let answer = try await world.client.send("voicemail/query", "<xml><extid>102</extid></xml>", query: "&type=xml")
            #expect(answer["Content-Type"] == "application/xml")
            #expect(
                answer.text.contains(
                    "<xml><status>Success</status><voicemails><item id=\"0\"><extid>102</extid><voicemail><item id=\"0\">"
                        + "<voicemailfile>msg0000.wav</voicemailfile><messagefrom>&lt;6000&gt;&amp;</messagefrom>"
                        + "<voicemaildate>2020-04-07 10:56:40</voicemaildate><voicemaillength>1</voicemaillength></item><item id=\"1\">"
                        + "<voicemailfile>msg0001.wav</voicemailfile><messagefrom>7001</messagefrom>"
                        + "<voicemaildate>2020-04-07 10:57:31</voicemaildate><voicemaillength>3</voicemaillength></item></voicemail></item></voicemails></xml>"
                ), "\(answer.text)")
        }
    }
}
