import NIOCore
import TestKit
import Testing
import Voicemail

/// What is held is removed by nobody, and nothing else is kept by that.
struct HoldTests {
    private struct Scene: Sendable {
        let server: TestServer
        let account: Account
        let mailbox: Mailbox
        let other: Mailbox

        var service: VoicemailService { server.service }

        func leave(_ audio: [UInt8]? = nil) async throws -> Message { try await server.leave(audio: audio, in: mailbox, of: account) }

        func place(_ message: Message) -> MessagePlace { MessagePlace(mailboxID: message.mailboxID, monthID: message.monthID) }

        func hold(_ subject: LegalHold.Subject, _ id: String) async throws -> LegalHold {
            try await service.holds.place(on: subject, id, in: account, reason: "case 12")
        }

        func isThere(_ message: Message) async throws -> Bool {
            try await service.store.read { try $0.message(id: message.id) != nil }
        }
    }

    private static func run(_ body: @Sendable (Scene) async throws -> Void) async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let mailbox = try await server.makeMailbox("1000", in: account), other = try await server.makeMailbox("1001", in: account)
            try await body(Scene(server: server, account: account, mailbox: mailbox, other: other))
        }
    }

    @Test("A held message is neither removed nor moved nor given other audio, alone or among others; the others go")
    func message() async throws {
        try await Self.run { scene in
            let kept = try await scene.leave(Sound.bytes(1, 1)), gone = try await scene.leave()
            let messages = scene.service.messages, held = VoicemailError.held(id: kept.monthID)
            let hold = try await scene.hold(.message, kept.id)
            #expect(hold.mailboxID == scene.mailbox.id)
            await #expect(throws: held) { _ = try await messages.remove(scene.place(kept), account: scene.account) }
            await #expect(throws: held) { _ = try await messages.move(scene.place(kept), to: scene.other.id, account: scene.account) }
            await #expect(throws: held) { try await messages.remove(.serial(kept.serial, left: kept.timestamp), of: scene.account) }
            await #expect(throws: held) { try await messages.remove(named: ["msg0000.wav", "msg0001.wav"], of: [scene.mailbox.id]) }
            await #expect(throws: VoicemailError.held(id: scene.mailbox.id)) { try await messages.removeVisible(of: scene.mailbox.id) }
            #expect(try await scene.isThere(gone))
            let moved = try await messages.move([kept.monthID], of: scene.mailbox.id, to: scene.other.id, account: scene.account)
            #expect(moved.failed.map(\.reason) == [.held] && moved.succeeded.isEmpty)
            #expect(try await scene.service.mailboxes.tally(of: scene.other, in: scene.account) == Tally())
            let outcome = try await messages.remove([gone.monthID, kept.monthID], of: scene.mailbox.id, account: scene.account)
            #expect(outcome.succeeded == [gone.monthID] && outcome.failed.map(\.id) == [kept.monthID] && outcome.failed.map(\.reason) == [.held])
            let all = try await messages.removeAll(of: scene.mailbox.id, in: nil, account: scene.account)
            #expect(all.succeeded.isEmpty && all.failed.map(\.reason) == [.held])
            // It is filed as ever, and copied.
            _ = try await messages.file(scene.place(kept), in: .saved, account: scene.account)
            let copied = try await messages.copy([kept.monthID], of: scene.mailbox.id, to: [scene.other.id], account: scene.account)
            #expect(copied.succeeded.count == 1)
            _ = try await scene.service.holds.lift(hold.id)
            _ = try await messages.remove(scene.place(kept), account: scene.account)
            #expect(try await !scene.isThere(kept))
        }
    }

    @Test("Other audio in place of a held message's is refused, and dropped; the first is taken")
    func audio() async throws {
        try await Self.run { scene in
            let message = try await scene.leave()
            _ = try await scene.hold(.message, message.id)
            let messages = scene.service.messages
            @Sendable func attach(_ number: Int) async throws {
                let audio = try await messages.receivingAudio { intake in
                    try await intake.write(ByteBuffer(bytes: Sound.bytes(1, number)))
                    return try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .keepAnything)
                }
                _ = try await messages.attach(audio, to: scene.place(message), in: scene.account)
            }
            try await attach(1)
            await #expect(throws: VoicemailError.held(id: message.monthID)) { try await attach(2) }
            let size = try await messages.find(scene.place(message), in: scene.account).audio?.size
            #expect(size == Sound.bytes(1, 1).count)
        }
    }

    @Test(
        "A hold on a mailbox, on a message in it or on its account keeps mailbox and account",
        arguments: LegalHold.Subject.allCases.filter { $0 != .recording })
    func containers(_ subject: LegalHold.Subject) async throws {
        try await Self.run { scene in
            let message = try await scene.leave(), account = scene.account
            let id = [.account: account.id, .mailbox: scene.mailbox.id, .message: message.id][subject] ?? ""
            let hold = try await scene.hold(subject, id)
            // With an account all of it is held; else the mailbox that comes last here.
            let refused = subject == .account ? scene.other.id : scene.mailbox.id
            await #expect(throws: VoicemailError.held(id: refused)) {
                _ = try await scene.service.messages.removeVisible(of: [scene.other.id, scene.mailbox.id])
            }
            await #expect(throws: VoicemailError.held(id: account.id)) { _ = try await scene.service.accounts.remove(account.id) }
            await #expect(throws: VoicemailError.held(id: scene.mailbox.id)) { _ = try await scene.service.mailboxes.remove(scene.mailbox.id, in: account) }
            await #expect(throws: VoicemailError.held(id: message.monthID)) {
                _ = try await scene.service.messages.remove(scene.place(message), account: account)
            }
            if subject == .account {
                await #expect(throws: VoicemailError.held(id: scene.other.id)) { _ = try await scene.service.mailboxes.remove(scene.other.id, in: account) }
            } else {
                _ = try await scene.service.mailboxes.remove(scene.other.id, in: account)
            }
            _ = try await scene.service.holds.lift(hold.id)
            _ = try await scene.service.mailboxes.remove(scene.mailbox.id, in: account)
            _ = try await scene.service.accounts.remove(account.id)
        }
    }

    @Test("What was deleted before it was held stays in the trash, with its audio, until the hold is lifted")
    func trash() async throws {
        try await Self.run { scene in
            let sound = Sound.bytes(1, 1)
            let message = try await scene.leave(sound), service = scene.service
            _ = try await service.messages.remove(scene.place(message), account: scene.account)
            let hold = try await scene.hold(.message, message.id)
            scene.server.clock.advance(by: 94 * 86_400)
            try await service.housekeeping.sweep()
            let removed = try await service.messages.findRemoved(message.id)
            let audio = try #require(removed?.message.audio)
            _ = try await service.archive.open(audio.blobID)
            _ = try await service.holds.lift(hold.id)
            try await service.housekeeping.sweep()
            let after = try await service.messages.findRemoved(message.id)
            #expect(after == nil)
            await #expect(throws: ArchiveError.missing(audio.blobID)) { _ = try await service.archive.open(audio.blobID) }
        }
    }

    @Test("A broadcast message that is held is handed on and stays in the group's box, filed under deleted")
    func broadcast() async throws {
        try await Self.run { scene in
            _ = try await scene.service.groups.set(
                MailboxGroup(mode: .broadcast, members: [scene.other.id]), of: scene.mailbox.id, in: scene.account)
            let message = try await scene.leave()
            _ = try await scene.hold(.mailbox, scene.mailbox.id)
            scene.server.clock.advance(by: 601)
            for _ in 0..<2 { try await scene.service.housekeeping.sweep() }
            let found = try await scene.service.store.read {
                (try $0.message(id: message.id)?.folder, try $0.visibleCount(mailboxID: scene.other.id, before: .last))
            }
            #expect(found.0 == .deleted && found.1 == 1)
        }
    }

    @Test("Only what is there can be held, in its own account, and for a reason")
    func refusals() async throws {
        try await Self.run { scene in
            let message = try await scene.leave(), stranger = try await scene.server.makeAccount("Other"), holds = scene.service.holds
            for (subject, id) in [(.account, scene.account.id), (.mailbox, scene.mailbox.id), (.message, message.id), (.recording, "r")]
                as [(LegalHold.Subject, String)]
            {
                await #expect(throws: VoicemailError.notFound(id: id)) { _ = try await holds.place(on: subject, id, in: stranger, reason: "x") }
            }
            let long = String(repeating: "x", count: Holds.longestReason + 1)
            for (reason, rule) in [("", .required), (long, .maxLength(Holds.longestReason))] as [(String, Violation.Rule)] {
                await #expect(throws: VoicemailError.invalid([Violation(["reason"], rule)])) {
                    _ = try await holds.place(on: .message, message.id, in: scene.account, reason: reason)
                }
            }
            await #expect(throws: VoicemailError.notFound(id: "none")) { _ = try await holds.lift("none") }
            #expect(try await holds.list(of: nil, limit: 10) == [])
        }
    }
}

extension MessagePosition {
    fileprivate static let last = MessagePosition(timestamp: Timestamp(unix: Timestamp.plausible.upperBound), serial: .max)
}
