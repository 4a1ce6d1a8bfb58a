import TestKit
import Testing
@testable import Voicemail

@Suite("Messages that somebody sends on")
struct ForwardingTests {
    private static func leave(in mailbox: Mailbox, _ world: MemoryWorld) async throws -> Message {
        try await world.service.messages.deposit(
            MessageDraft(callerName: "Bob", callerNumber: "2001"), mailboxID: mailbox.id, in: world.account, from: .filing())
    }

    private static func inbox(_ mailbox: Mailbox, _ world: MemoryWorld) async throws -> [Message] {
        try await world.service.messages.list(MessageListing(query: MessageQuery(scope: .mailbox(mailbox.id)), limit: 50)).messages
    }

    /// Whether each message that was stored was news.
    private static func news(_ world: MemoryWorld) async throws -> [Bool] {
        try await world.service.store.read { try $0.events(after: 0, limit: 100) }.filter { $0.kind == .messageStored }.map(\.isAnnounced)
    }

    @Test("With a word they are news to who gets them, and keep it; without one they are filed, and nobody is told", arguments: [true, false])
    func notes(_ moves: Bool) async throws {
        try await MemoryWorld.run { world in
            let here = try await world.makeMailbox("3000"), there = try await world.makeMailbox("3001"), messages = world.service.messages
            func send(_ note: ForwardingNote?) async throws -> BatchOutcome {
                let message = try await Self.leave(in: here, world)
                return moves
                    ? try await messages.move([message.monthID], of: here.id, to: there.id, account: world.account, note: note)
                    : try await messages.copy([message.monthID], of: here.id, to: [there.id], account: world.account, note: note)
            }
            _ = try await send(nil)
            #expect(try await Self.inbox(there, world).map(\.reception) == [nil])
            _ = try await send(ForwardingNote(author: "Anna", text: "Please call back."))
            #expect(try await Self.news(world) == [false, false, false, true])
            let notes = try await Self.inbox(there, world).compactMap { $0.reception?.notes }
            #expect(notes == [[ForwardingNote(author: "Anna", text: "Please call back.")]])
            #expect(try await Self.inbox(here, world).allSatisfy { $0.reception == nil })
        }
    }

    @Test("Who sends on what was sent on adds his word; of many the last ten stay, and what was lost on the telephone is still known")
    func chain() async throws {
        try await MemoryWorld.run { world in
            let boxes = [try await world.makeMailbox("3000"), try await world.makeMailbox("3001")]
            var draft = MessageDraft(callerNumber: "2001")
            draft.reception = Reception(lost: 3)
            let first = try await world.service.messages.deposit(draft, mailboxID: boxes[0].id, in: world.account, from: .filing())
            var id = first.monthID
            for turn in 0..<12 {
                let outcome = try await world.service.messages.move(
                    [id], of: boxes[turn % 2].id, to: boxes[(turn + 1) % 2].id, account: world.account, note: ForwardingNote(author: "\(turn)", text: ""))
                id = try #require(outcome.succeeded.first)
            }
            let last = try #require(try await Self.inbox(boxes[0], world).first?.reception)
            #expect(last.lost == 3 && last.notes.map(\.author) == (2..<12).map(String.init))
            #expect(Reception(last.json) == last)
        }
    }
}
