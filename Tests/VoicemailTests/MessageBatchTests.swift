import Testing
import Voicemail

/// Many messages that are changed together: each is judged and told of by itself, in the order in which they are named.
struct MessageBatchTests {
    private struct Scene: Sendable {
        let world: MemoryWorld
        let mailbox: Mailbox
        let other: Mailbox

        var messages: Messages { world.service.messages }

        func leave(in box: Mailbox? = nil, at time: Timestamp? = nil) async throws -> Message {
            try await messages.deposit(
                MessageDraft(callerNumber: "2001", timestamp: time), mailboxID: (box ?? mailbox).id, in: world.account, from: .filing())
        }

        func isThere(_ message: Message) async throws -> Bool { try await world.service.store.read { try $0.message(id: message.id) != nil } }
    }

    private static func run(_ body: @Sendable (Scene) async throws -> Void) async throws {
        try await MemoryWorld.run { world in
            try await body(Scene(world: world, mailbox: world.makeMailbox("1000"), other: world.makeMailbox("1001")))
        }
    }

    /// The reason after each id that failed.
    private static func failures(_ outcome: BatchOutcome) -> [String] { outcome.failed.map { "\($0.id) \($0.reason)" } }

    @Test("What is not there, of another mailbox, too old or held fails by itself, in the order asked, and the others go")
    func mixed() async throws {
        try await Self.run { scene in
            let one = try await scene.leave(), held = try await scene.leave(), two = try await scene.leave(), elsewhere = try await scene.leave(in: scene.other)
            let old = try await scene.leave(at: Timestamp(unix: 86_400))
            _ = try await scene.world.service.holds.place(on: .message, held.id, in: scene.world.account, reason: "case 12")
            let wrongMonth = "190001-" + one.id, nobody = "202601-" + HexID.random()
            let ids = [two.monthID, "nonsense", wrongMonth, elsewhere.monthID, old.monthID, held.monthID, nobody, one.monthID]
            let missing = ["nonsense", wrongMonth, elsewhere.monthID].map { $0 + " notFound" }
            let unheld = missing + [old.monthID + " priorToRetention", nobody + " notFound"]
            let filed = try await scene.messages.file(ids, of: scene.mailbox.id, in: .saved, account: scene.world.account)
            #expect(filed.succeeded == [two.monthID, held.monthID, one.monthID] && Self.failures(filed) == unheld)
            let copied = try await scene.messages.copy(ids, of: scene.mailbox.id, to: [scene.other.id], account: scene.world.account)
            #expect(copied.succeeded.count == 3 && Self.failures(copied) == unheld)
            let all = missing + [old.monthID + " priorToRetention", held.monthID + " held", nobody + " notFound"]
            let moved = try await scene.messages.move(Array(ids.dropFirst()), of: scene.mailbox.id, to: scene.other.id, account: scene.world.account)
            #expect(moved.succeeded.count == 1 && Self.failures(moved) == all)
            #expect(try await !scene.isThere(one))
            let removed = try await scene.messages.remove(Array(ids.dropLast()), of: scene.mailbox.id, account: scene.world.account)
            #expect(removed.succeeded == [two.monthID] && Self.failures(removed) == all)
            for kept in [held, old, elsewhere] { #expect(try await scene.isThere(kept)) }
        }
    }

    @Test("A message that is named twice is changed twice, and is gone the second time where it went the first")
    func named() async throws {
        try await Self.run { scene in
            let message = try await scene.leave(), twice = [message.monthID, message.monthID]
            let filed = try await scene.messages.file(twice, of: scene.mailbox.id, in: .saved, account: scene.world.account)
            #expect(filed.succeeded == twice && filed.failed.isEmpty)
            let found = try await scene.messages.list(twice + ["nonsense"] + twice, of: scene.mailbox.id, in: scene.world.account)
            #expect(found.count == 4 && found.allSatisfy { $0.revision == message.revision + 2 && $0.folder == .saved })
            #expect(try await scene.messages.list(twice, of: scene.other.id, in: scene.world.account).isEmpty)
            let removed = try await scene.messages.remove(twice, of: scene.mailbox.id, account: scene.world.account)
            #expect(removed.succeeded == [message.monthID] && Self.failures(removed) == [message.monthID + " notFound"])
            #expect(try await scene.world.events(.messageChanged).count == 2)
            #expect(try await scene.world.events(.messageRemoved).count == 1)
        }
    }

    @Test("A destination that is not there is told before anything is changed, also behind one that is there")
    func destinations() async throws {
        try await Self.run { scene in
            let message = try await scene.leave(), nobody = HexID.random()
            await #expect(throws: VoicemailError.notFound(id: nobody)) {
                _ = try await scene.messages.copy([message.monthID], of: scene.mailbox.id, to: [scene.other.id, nobody], account: scene.world.account)
            }
            await #expect(throws: VoicemailError.notFound(id: scene.world.account.id)) {
                _ = try await scene.messages.move([message.monthID], of: scene.mailbox.id, to: scene.world.account.id, account: scene.world.account)
            }
            #expect(try await scene.messages.list(MessageListing(query: MessageQuery(scope: .mailbox(scene.other.id)), limit: 9)).messages.isEmpty)
            #expect(try await scene.isThere(message))
        }
    }
}
