import TestKit
import Testing
import Voicemail

@Suite("voicemail/delete (S§3.4)")
struct DeleteTests {
    /// Four messages: 0 read, 1 unread, 2 read, 3 unread; and one message in 1001.
    private func fill(_ world: SSeriesWorld) async throws {
        for index in 0..<4 {
            try await world.leave(in: "1000", from: "\(index)", at: "2020-04-07 1\(index):00:00", folder: index % 2 == 0 ? .saved : .new)
        }
        try await world.leave(in: "1001", from: "9", folder: .saved)
    }

    private let extensions = ["1000", "1001", "1002"]

    private static let deletions = [
        ("v0.0.1", #"{"extid":"1000","voicemailfile":"msg0001.wav"}"#, "0 2 3"),
        ("v0.0.1", #"{"extid":"1000","voicemailfile":"all"}"#, ""),
        ("v1.0.1", #"{"extid":"1000","voicemailfile":"msg0000.wav","voicemailstatus":"read"}"#, "1 2 3"),
        ("v1.1.0", #"{"extid":"1000","voicemailfile":"msg0001.wav","voicemailstatus":"all"}"#, "0 2 3"),
        // Without a status it does not matter.
        ("v1.1.0", #"{"extid":"1000","voicemailfile":"msg0001.wav"}"#, "0 2 3"),
        ("v1.1.0", #"{"extid":"1000","voicemailfile":"all","voicemailstatus":"read"}"#, "1 3"),
        ("v1.1.0", #"{"extid":"1000","voicemailfile":"all","voicemailstatus":"unread"}"#, "0 2"),
        ("v1.1.0", #"{"extid":"1000","voicemailfile":"all"}"#, ""),
        ("v2.0.0", #"{"number":"1000","voicemailfile":"msg0003.wav","voicemailstatus":"unread"}"#, "0 1 2"),
        // Names are those before the call.
        ("v2.0.0", #"{"number":"1000","voicemailfile":"msg0000.wav, msg0001.wav","voicemailstatus":"all"}"#, "2 3"),
        ("v2.0.0", #"{"number":"1000","voicemailfile":"msg0002.wav,msg0000.wav","voicemailstatus":"read"}"#, "1 3"),
        ("v2.0.0", #"{"number":"1000","voicemailfile":"msg0001.wav,msg0001.wav"}"#, "0 2 3"),
        ("v2.0.0", #"{"number":"1000,1001","voicemailfile":"msg0000.wav","voicemailstatus":"read"}"#, "1 2 3"),
        ("v2.0.0", #"{"number":"all","voicemailfile":"all","voicemailstatus":"read"}"#, "1 3"),
        ("v2.0.0", #"{"number":"1000, 1002","voicemailfile":"all"}"#, ""),
    ]

    @Test("Requests and what they leave")
    func deletes() async throws {
        try await SSeriesWorld.run(each: Self.deletions, extensions: extensions, version: { $0.0 }) { world, deletion in
            let (_, body, left) = deletion
            try await fill(world)
            let answer = try await world.client.send("voicemail/delete", body)
            #expect(answer.text == #"{"status":"Success"}"#, "\(deletion)")
            let callers = try await world.listed("1000").map { $0.split(separator: " ").last.map(String.init) ?? "" }
            #expect(callers.joined(separator: " ") == left, "\(deletion)")
        }
    }

    private static let refusals = [
        ("v0.0.1", #"{"extid":"1000","voicemailfile":"msg0004.wav"}"#, "20018"),
        ("v0.0.1", #"{"extid":"1000","voicemailfile":"msg0000.wav,msg0001.wav"}"#, "20018"),
        ("v1.1.0", #"{"extid":"1000","voicemailfile":"msg0000.wav, msg0001.wav"}"#, "20018"),
        ("v1.1.0", #"{"extid":"1000","voicemailfile":"msg0000.wav","voicemailstatus":"unread"}"#, "20018"),
        ("v1.1.0", #"{"extid":"1000","voicemailfile":"msg0000.wav","voicemailstatus":"old"}"#, "20016"),
        ("v1.1.0", #"{"extid":"all","voicemailfile":"all"}"#, "10006"), ("v1.1.0", #"{"extid":"1000,1001","voicemailfile":"all"}"#, "10006"),
        ("v0.0.1", #"{"extid":"9999","voicemailfile":"all"}"#, "10006"), ("v1.1.0", #"{"extid":"1000","voicemail":"msg0000.wav"}"#, "10004"),
        ("v1.1.0", #"{"voicemailfile":"all"}"#, "10004"), ("v1.1.0", #"{"extid":"","voicemailfile":"all"}"#, "10004"), ("v1.1.0", "", "20007"),
        ("v1.1.0", #"{"extid":"1000","voicemailfile":["all"]}"#, "20000"),
        ("v2.0.0", #"{"number":"1000","voicemailfile":"msg0000.wav,msg0009.wav"}"#, "20018"),
        ("v2.0.0", #"{"number":"1000","voicemailfile":"msg0000.wav,msg0001.wav","voicemailstatus":"read"}"#, "20018"),
        ("v2.0.0", #"{"number":"1000,1002","voicemailfile":"msg0000.wav"}"#, "20018"),
        ("v2.0.0", #"{"number":"1000,9999","voicemailfile":"all"}"#, "10006"), ("v2.0.0", #"{"number":"all","voicemailfile":"msg0000.wav"}"#, "20018"),
        // Parameters are judged before the extension is looked for (S§2.6).
        ("v2.0.0", #"{"number":"9999","voicemailfile":","}"#, "10004"), ("v1.1.0", #"{"extid":"9999"}"#, "10004"),
        ("v1.1.0", #"{"extid":"9999","voicemailfile":"all","voicemailstatus":"old"}"#, "20016"),
        ("v2.0.0", #"{"number":",","voicemailfile":"all"}"#, "10006"), ("v2.0.0", #"{"number":"1000","voicemailfile":","}"#, "10004"),
    ]

    @Test("What is refused deletes nothing")
    func refuses() async throws {
        try await SSeriesWorld.run(each: Self.refusals, extensions: extensions, version: { $0.0 }) { world, refusal in
            let (_, body, errno) = refusal
            try await fill(world)
            let answer = try await world.client.send("voicemail/delete", body)
            #expect(answer.json == failed(errno), "\(refusal)")
            #expect(try await world.listed("1000").count == 4, "\(refusal)")
            #expect(try await world.listed("1001").count == 1, "\(refusal)")
        }
    }

    @Test("Of several extensions none is emptied while something in a later one is held", arguments: [LegalHold.Subject.mailbox, .message])
    func held(_ subject: LegalHold.Subject) async throws {
        try await SSeriesWorld.run("v2.0.0", extensions: extensions) { (world: SSeriesWorld) async throws in
            try await fill(world)
            let kept = try await world.leave(in: "1002", from: "7"), holds = world.server.service.holds
            let hold = try await holds.place(on: subject, subject == .mailbox ? kept.mailboxID : kept.id, in: world.account, reason: "case 12")
            for body in [
                #"{"number":"1000,1001,1002","voicemailfile":"all"}"#, #"{"number":"all","voicemailfile":"all"}"#,
                // What is held counts wherever it is filed.
                #"{"number":"1000,1002","voicemailfile":"all","voicemailstatus":"read"}"#,
            ] {
                let answer = try await world.client.send("voicemail/delete", body)
                #expect(answer.json == failed("20010"), "\(body)")
                for (number, count) in [("1000", 4), ("1001", 1), ("1002", 1)] {
                    let left = try await world.server.service.messages.positioned(of: try await world.mailbox(number).id, offset: 0, limit: 0).total
                    #expect(left == count, "\(body) \(number)")
                }
            }
            // A box without anything held is emptied beside it, and all of them once it is lifted.
            for (body, left) in [(#"{"number":"1000,1001","voicemailfile":"all"}"#, 1), (#"{"number":"all","voicemailfile":"all"}"#, 0)] {
                if left == 0 { _ = try await holds.lift(hold.id) }
                let answer = try await world.client.send("voicemail/delete", body)
                #expect(answer.json == succeeded, "\(body)")
                var total = 0
                for number in extensions {
                    total += try await world.server.service.messages.positioned(of: try await world.mailbox(number).id, offset: 0, limit: 0).total
                }
                #expect(total == left, "\(body)")
            }
        }
    }

    @Test("All of an empty box succeeds; a name in it does not")
    func empty() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            #expect(try await world.client.post("voicemail/delete", ["extid": "1000", "voicemailfile": "all"]) == succeeded)
            #expect(try await world.client.post("voicemail/delete", ["extid": "1000", "voicemailfile": "msg0000.wav"]) == failed("20018"))
        }
    }

    @Test("A message that retention has ended is deleted like any other")
    func old() async throws {
        try await SSeriesWorld.run(extensions: ["1000"], now: Timestamp(unix: 1_795_000_000)) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000")
            #expect(try await world.client.post("voicemail/delete", ["extid": "1000", "voicemailfile": "msg0000.wav"]) == succeeded)
            #expect(try await world.client.post("voicemail/query") == succeeded)
        }
    }

    @Test("Of many who delete one name at once, each takes another message")
    func race() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            for second in 10..<18 { try await world.leave(in: "1000", at: "2020-04-07 10:00:\(second)") }
            let successes = try await withThrowingTaskGroup(of: JSON.self) { group in
                for _ in 0..<12 {
                    group.addTask { try await world.client.post("voicemail/delete", ["extid": "1000", "voicemailfile": "msg0000.wav"]) }
                }
                return try await group.reduce(0) { $0 + ($1 == succeeded ? 1 : 0) }
            }
            #expect(successes == 8)
            #expect(try await world.client.post("voicemail/query") == succeeded)
        }
    }

    @Test("A large box is emptied whole, the trash left alone")
    func large() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            let box = try await world.mailbox("1000")
            for index in 0..<600 {
                _ = try await world.server.leave(
                    MessageDraft(callerNumber: "1", folder: index % 100 == 0 ? .deleted : .new), in: box, of: world.account)
            }
            #expect(try await world.client.post("voicemail/delete", ["extid": "1000", "voicemailfile": "all"]) == succeeded)
            let left = try await world.server.service.messages.list(MessageListing(query: MessageQuery(scope: .mailbox(box.id)), limit: nil)).messages
            #expect(left.count == 6)
            #expect(left.allSatisfy { $0.folder == .deleted })
        }
    }
}
