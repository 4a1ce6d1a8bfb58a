import NIOCore
import Server
import TestKit
import Testing
import Voicemail

/// A caller's data goes from everywhere, and nobody else's.
struct ErasureTests {
    private struct Scene: Sendable {
        let server: TestServer
        let account: Account
        let mailbox: Mailbox

        var service: VoicemailService { server.service }

        func leave(from number: String, _ audio: [UInt8]? = nil) async throws -> Message {
            try await server.leave(MessageDraft(callerName: "Bob", callerNumber: number), audio: audio, in: mailbox, of: account)
        }

        func record(from caller: String, to callee: String, _ serial: Int) async throws -> Recording {
            let audio = try await service.messages.receivingAudio { intake in
                try await intake.write(ByteBuffer(bytes: Sound.bytes(7, serial)))
                return try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .keepAnything)
            }
            return try await service.recordings.add(RecordingDraft(callerNumber: caller, calleeNumber: callee), audio: audio, in: account)
        }

        /// Everything that is stored, as text.
        func everything() async throws -> String {
            try await service.store.read { [account] reader in
                var found = ""
                try reader.messages(MessageQuery(scope: .account(account.id))) {
                    found += "\($0)"
                    return true
                }
                try reader.removedMessages(TrashQuery(scope: .account(account.id))) {
                    found += "\($0)"
                    return true
                }
                try reader.recordings(RecordingQuery(accountID: account.id)) {
                    found += "\($0)"
                    return true
                }
                found += "\(try reader.events(after: 0, limit: 10_000))\(try reader.deliveries(DeliveryQuery(limit: 10_000)))"
                return found
            }
        }
    }

    private static func run(_ body: @Sendable (Scene) async throws -> Void) async throws {
        try await TestServer.run {
            $0.limits.numbers.countryCode = "49"
        } _: { server in
            let account = try await server.makeAccount("Acme")
            try await body(Scene(server: server, account: account, mailbox: try await server.makeMailbox("1000", in: account)))
        }
    }

    @Test("Messages, also copied and deleted ones, recordings, what was noted of them, and the audio: in whatever form the number came")
    func all() async throws {
        try await Self.run { scene in
            let service = scene.service, other = try await scene.server.makeMailbox("1001", in: scene.account)
            let plain = try await scene.leave(from: "030 5552001", Sound.bytes(1, 1)), whole = try await scene.leave(from: "+49305552001", Sound.bytes(1, 2))
            let stranger = try await scene.leave(from: "0305552002", Sound.bytes(1, 3))
            let copied = try await service.messages.copy([plain.monthID], of: scene.mailbox.id, to: [other.id], account: scene.account)
            _ = try await service.messages.remove(MessagePlace(mailboxID: scene.mailbox.id, monthID: whole.monthID), account: scene.account)
            let called = try await scene.record(from: "77", to: "00493 05552001", 1), calling = try await scene.record(from: "0305552001", to: "78", 2)
            let between = try await scene.record(from: "77", to: "78", 3)
            let id = scene.account.id
            try await service.store.write { writer in
                for (number, text) in [(1, "0305552001"), (2, "0305552002")] {
                    try writer.insert(
                        Delivery(
                            id: "d\(number)", channel: "c", target: "t", accountID: id, eventSerial: 0, payload: ["call": ["from": .string(text)]],
                            due: scene.server.clock.now.advanced(by: 1000), created: scene.server.clock.now))
                }
            }
            let planned = try await service.erasures.find("+49 30 5552001", in: id)
            let erased = try await service.erasures.erase("+49 30 5552001", in: id)
            #expect(planned.messages == erased.messages && planned.recordings == erased.recordings)
            #expect(Set(erased.messages) == Set([plain.monthID, whole.monthID] + copied.succeeded))
            #expect(Set(erased.recordings) == [called.id, calling.id] && erased.deliveries == 1 && erased.events >= 5)
            let rest = try await scene.everything()
            for trace in ["5552001", "555 2001"] { #expect(!rest.contains(trace)) }
            #expect(rest.contains(stranger.id) && rest.contains(between.id) && rest.contains("d2"))
            for blob in [plain, whole].compactMap({ $0.audio?.blobID }) + [called.audio.blobID] {
                await #expect(throws: ArchiveError.missing(blob)) { _ = try await service.archive.open(blob) }
            }
            let kept = try #require(stranger.audio?.blobID)
            _ = try await service.archive.open(kept)
            // Others learn that the message is gone.
            let told = try await service.store.read {
                try $0.events(after: 0, limit: 10_000).contains { $0.kind == .messageRemoved && $0.subjectID == plain.id }
            }
            #expect(told)
            let again = try await service.erasures.erase("0305552001", in: id)
            #expect(again.isEmpty)
        }
    }

    @Test("Where a hold covers any of it, in the trash too, nothing goes", arguments: LegalHold.Subject.allCases)
    func held(_ subject: LegalHold.Subject) async throws {
        try await Self.run { scene in
            let service = scene.service
            let message = try await scene.leave(from: "4711"), recording = try await scene.record(from: "4711", to: "78", 1)
            _ = try await service.messages.remove(MessagePlace(mailboxID: scene.mailbox.id, monthID: message.monthID), account: scene.account)
            let id = [.account: scene.account.id, .mailbox: scene.mailbox.id, .message: message.id, .recording: recording.id][subject] ?? ""
            let hold = try await service.holds.place(on: subject, id, in: scene.account, reason: "case 12")
            let held = VoicemailError.held(id: subject == .recording ? recording.id : message.monthID)
            await #expect(throws: held) { _ = try await service.erasures.erase("4711", in: scene.account.id) }
            let rest = try await scene.everything()
            #expect(rest.contains(message.id) && rest.contains(recording.id))
            _ = try await service.holds.lift(hold.id)
            let erased = try await service.erasures.erase("4711", in: scene.account.id)
            #expect(erased.messages == [message.monthID] && erased.recordings == [recording.id])
        }
    }

    @Test("Another account's data stays, and a removed account's trash is looked through")
    func accounts() async throws {
        try await Self.run { scene in
            let message = try await scene.leave(from: "+4711"), other = try await scene.server.makeAccount("Other")
            let nothing = try await scene.service.erasures.erase("+4711", in: other.id)
            #expect(nothing.isEmpty)
            _ = try await scene.service.accounts.remove(scene.account.id)
            let ids = try await scene.service.erasures.accountIDs()
            #expect(Set(ids) == [scene.account.id, other.id])
            let erased = try await scene.service.erasures.erase("+4711", in: scene.account.id)
            #expect(erased.messages == [message.monthID])
            // No id has a plus in it.
            let rest = try await scene.everything()
            #expect(!rest.contains("+4711"))
        }
    }
}
