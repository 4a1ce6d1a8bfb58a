import NIOCore
import TestKit
import Testing
import Voicemail

/// Who hears which recorded calls when he comes as himself.
struct HeardRecordingTests {
    private struct Scene: Sendable {
        let server: TestServer
        let account: Account
        let anna: User

        var service: VoicemailService { server.service }
        var listener: MailboxListener { .user(anna) }

        func add(_ caller: String, _ callee: String, secondsAgo: Int = 60, in other: Account? = nil) async throws -> Recording {
            let audio = try await service.messages.receivingAudio { intake in
                try await intake.write(ByteBuffer(bytes: WAV.tones([440], milliseconds: 100)))
                return try await intake.finish(contentType: "audio/wav", fileName: "call.wav", policy: .playableOnly)
            }
            let draft = RecordingDraft(callerNumber: caller, calleeNumber: callee, started: server.clock.now.advanced(by: -secondsAgo))
            return try await service.recordings.add(draft, audio: audio, in: other ?? account)
        }

        func heard(_ listener: MailboxListener? = nil, _ search: RecordingSearch = RecordingSearch(), limit: Int = 50) async throws -> [String] {
            let account = try #require(try await service.accounts.list(named: account.id).first)
            return try await service.recordings.heard(by: listener ?? self.listener, in: account, search, limit: limit).recordings.map(\.id)
        }

        /// Whether it is heard by itself.
        func hears(_ recording: Recording, _ listener: MailboxListener? = nil) async throws -> Bool {
            let account = try #require(try await service.accounts.list(named: account.id).first)
            do { return try await service.recordings.heard(recording.id, by: listener ?? self.listener, in: account).id == recording.id } catch VoicemailError
                .notFound
            {
                return false
            }
        }
    }

    /// With Anna, who owns 1000 and 1001; 1002 is another's, 1003 a group's which she owns.
    private static func run(lets: Bool = true, _ body: @Sendable (Scene) async throws -> Void) async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme"), anna = try await server.makeUser("anna", password: "anna horse", in: account)
            let own: JSONObject = ["owner_id": .string(anna.id)]
            let first = try await server.makeMailbox("1000", in: account, own)
            _ = try await server.makeMailbox("1001", in: account, own)
            _ = try await server.makeMailbox("1002", in: account)
            let group = try await server.makeMailbox("1003", in: account, own)
            try await server.service.groups.set(MailboxGroup(mode: .share, members: [first.id]), of: group.id, in: account)
            _ = try await server.service.accounts.change(account.id, .patch(["owners_hear_recordings": .bool(lets)]))
            // Calls of the last quarter of an hour are hers.
            server.clock.advance(by: 900)
            try await body(Scene(server: server, account: account, anna: anna))
        }
    }

    @Test("A user hears the calls of his own mailboxes, from either side and each once; none of others and of groups")
    func own() async throws {
        try await Self.run { scene in
            let called = try await scene.add("4711", "1000", secondsAgo: 50), calling = try await scene.add("1001", "4711", secondsAgo: 40)
            let within = try await scene.add("1000", "1001", secondsAgo: 30)
            let other = try await scene.add("4711", "1002"), group = try await scene.add("4711", "1003"), unknown = try await scene.add("", "")
            let longer = try await scene.add("01000", "10000")
            #expect(try await scene.heard() == [within.id, calling.id, called.id])
            for recording in [called, calling, within] { #expect(try await scene.hears(recording)) }
            for recording in [other, group, unknown, longer] {
                #expect(!(try await scene.hears(recording)), "\(recording.callerNumber) \(recording.calleeNumber)")
            }
        }
    }

    @Test("Who has shown a PIN hears none, and where the account does not let owners hear them only administrators do", arguments: [true, false])
    func rights(_ lets: Bool) async throws {
        try await Self.run(lets: lets) { scene in
            let recording = try await scene.add("4711", "1000"), other = try await scene.add("4711", "1002", secondsAgo: 50)
            let box = try #require(try await scene.service.mailboxes.find(number: "1000", of: scene.account))
            let refused = VoicemailError.notFound(id: "recordings")
            await #expect(throws: refused) { _ = try await scene.heard(.mailbox(box)) }
            #expect(!(try await scene.hears(recording, .mailbox(box))))
            #expect(try await scene.hears(recording) == lets)
            if !lets { await #expect(throws: refused) { _ = try await scene.heard() } }
            let chief = try await scene.service.users.change(scene.anna.id, .patch(["priv_level": "admin"]), in: scene.account)
            #expect(try await scene.heard(.user(chief)) == [other.id, recording.id])
            #expect(try await scene.hears(other, .user(chief)))
        }
    }

    @Test("Nobody hears another account's, though the numbers are the same")
    func otherAccount() async throws {
        try await Self.run { scene in
            let elsewhere = try await scene.server.makeAccount("Other"), foreign = try await scene.add("4711", "1000", in: elsewhere)
            #expect(try await scene.heard().isEmpty)
            #expect(!(try await scene.hears(foreign)))
            let listener = scene.listener
            await #expect(throws: VoicemailError.self) { _ = try await scene.service.recordings.heard(by: listener, in: elsewhere, limit: 9) }
            await #expect(throws: VoicemailError.self) { _ = try await scene.service.recordings.heard(foreign.id, by: listener, in: elsewhere) }
        }
    }

    @Test("Pages follow each other without a gap and without one twice, calls of one second among them; numbers and days narrow them")
    func pages() async throws {
        try await Self.run { scene in
            var made: [String] = []
            for index in 0..<9 {
                // Three of each second.
                made.append(try await scene.add(index % 2 == 0 ? "4711" : "1001", index % 2 == 0 ? "1000" : "4711", secondsAgo: 100 - index / 3).id)
            }
            let account = try #require(try await scene.service.accounts.list(named: scene.account.id).first)
            var listed: [String] = [], search = RecordingSearch(), pages = 0
            repeat {
                let page = try await scene.service.recordings.heard(by: scene.listener, in: account, search, limit: 2)
                listed += page.recordings.map(\.id)
                search.after = page.next
                pages += 1
            } while search.after != nil
            #expect(listed == made.reversed() && pages == 5)
            #expect(try await scene.heard(nil, RecordingSearch(caller: "4711")).count == 5)
            #expect(try await scene.heard(nil, RecordingSearch(caller: "1001", callee: "4711")).count == 4)
            #expect(try await scene.heard(nil, RecordingSearch(caller: "4712")).isEmpty)
            let now = scene.server.clock.now
            #expect(try await scene.heard(nil, RecordingSearch(from: now.advanced(by: -99), to: now.advanced(by: -99))) == made[3...5].reversed())
        }
    }

    @Test("The calls of so many mailboxes are listed and no more; each is heard by itself")
    func bound() async throws {
        try await Self.run { scene in
            let own: JSONObject = ["owner_id": .string(scene.anna.id)]
            for number in 2000..<(2000 + Recordings.mostNumbers - 2) { _ = try await scene.server.makeMailbox(String(number), in: scene.account, own) }
            scene.server.clock.advance(by: 60)
            let last = try await scene.add("4711", String(2000 + Recordings.mostNumbers - 3))
            #expect(try await scene.heard() == [last.id])
            _ = try await scene.server.makeMailbox("9000", in: scene.account, own)
            scene.server.clock.advance(by: 60)
            let beyond = try await scene.add("4711", "9000", secondsAgo: 30)
            #expect(try await scene.heard() == [last.id])
            #expect(try await scene.hears(beyond))
        }
    }

    @Test("Whoever gets a number from somebody else hears what was recorded since, however he gets it", arguments: Handover.allCases)
    func handedOver(_ way: Handover) async throws {
        try await Self.run { scene in
            let service = scene.service, account = scene.account, bert = try await scene.server.makeUser("bert", password: "bert horse", in: account)
            let before = try await scene.add("4711", "1000", secondsAgo: 30), his = MailboxListener.user(bert)
            let box = try #require(try await service.mailboxes.find(number: "1000", of: account))
            let owner: JSONObject = ["owner_id": .string(bert.id)]
            switch way {
            case .owner: _ = try await service.mailboxes.change(box.id, .patch(owner), in: account)
            case .list:
                var row = ProvisionedRow(account: account.id)
                row.mailbox = MailboxSettings(number: "1000", name: "1000")
                row.owner = "bert"
                #expect(try await service.provisioning.apply([row]).isGood)
            case .madeAnew:
                _ = try await service.mailboxes.remove(box.id, in: account)
                _ = try await scene.server.makeMailbox("1000", in: account, owner)
            case .number:
                let other = try await scene.server.makeMailbox("1005", in: account, owner)
                _ = try await service.mailboxes.remove(box.id, in: account)
                _ = try await service.mailboxes.change(other.id, .patch(["mailbox": "1000"]), in: account)
            }
            #expect(try await scene.heard(his) == [])
            for listener in [his, scene.listener] { #expect(!(try await scene.hears(before, listener))) }
            // In the second of the change it is his.
            let since = try await scene.add("4711", "1000", secondsAgo: 0)
            #expect(try await scene.heard(his) == [since.id])
            #expect(try await scene.hears(since, his))
            #expect(!(try await scene.hears(since)))
            // A change of anything else changes nothing of that.
            scene.server.clock.advance(by: 60)
            let now = try #require(try await service.mailboxes.find(number: "1000", of: account))
            _ = try await service.mailboxes.change(now.id, .patch(["name": "Bert's", "mailbox": "01000"]), in: account)
            _ = try await service.mailboxes.change(now.id, .patch(["mailbox": "1000"]), in: account)
            #expect(try await scene.heard(his) == [since.id])
        }
    }

    enum Handover: CaseIterable { case owner, list, madeAnew, number }
}
