import NIOConcurrencyHelpers
import Server
import TestKit
import Testing
import Voicemail
import Waiting

/// Changes of many messages that take several transactions (K§7.6).
@Suite struct BatchTests {
    /// The real store; something else happens once, right after its first write.
    private struct Interrupted: VoicemailStore {
        let store: any VoicemailStore
        let interruption: @Sendable () async throws -> Void
        private let isOver = NIOLockedValueBox(false)

        init(_ store: any VoicemailStore, _ interruption: @escaping @Sendable () async throws -> Void) {
            self.store = store
            self.interruption = interruption
        }

        func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
            try await store.read(body)
        }

        func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
            let value = try await store.write(body)
            let isFirst = isOver.withLockedValue { over in
                defer { over = true }
                return !over
            }
            if isFirst { try await interruption() }
            return value
        }

        var eventBell: Bell { store.eventBell }

        func unavailability() async -> String? { await store.unavailability() }
    }

    /// What was moved stays moved and is told of; the rest failed (not 404 for all).
    @Test(arguments: [false, true]) func aDestinationThatGoesMeanwhileFailsTheRest(_ copies: Bool) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let other = try await server.makeMailbox("4000", in: world.account)
            var ids: [String] = []
            for _ in 0..<257 { ids.append(try await server.leave(in: world.mailbox, of: world.account).monthID) }
            let real = server.service
            let interrupted = Interrupted(real.store) { _ = try await real.mailboxes.remove(other.id, in: world.account, physically: false) }
            let service = VoicemailService(
                store: interrupted, archive: real.archive, codec: real.codec, secrets: real.secrets, clock: real.clock, limits: real.limits)
            let outcome =
                copies
                ? try await service.messages.copy(ids, of: world.mailbox.id, to: [other.id], account: world.account)
                : try await service.messages.move(ids, of: world.mailbox.id, to: other.id, account: world.account)
            #expect(outcome.succeeded.count == 256)
            #expect(outcome.failed.map(\.id) == [ids[256]])
            #expect(outcome.failed.map(\.reason) == [.notFound])
            let left = try await server.send("GET", world.boxPath + "/messages?paginate=false", token: world.token).mediaIDs
            #expect(Set(left) == Set(copies ? ids : [ids[256]]))
        }
    }

    /// The bound holds for whoever calls, each mailbox counted once.
    @Test func copiesHaveABound() async throws {
        try await TestServer.run {
            $0.limits.maximumBatch = 4
        } _: { server in
            let world = try await server.makeWorld()
            let boxes = [try await server.makeMailbox("4000", in: world.account).id, try await server.makeMailbox("5000", in: world.account).id]
            var ids: [String] = []
            for _ in 0..<3 { ids.append(try await server.leave(in: world.mailbox, of: world.account).monthID) }
            let most = try await server.service.messages.copy(Array(ids.prefix(2)), of: world.mailbox.id, to: boxes + boxes, account: world.account)
            #expect(most.succeeded.count == 4)
            await #expect(throws: VoicemailError.invalid([Violation(["destinations"], .maxItems(1), value: 2)])) {
                try await server.service.messages.copy(ids, of: world.mailbox.id, to: boxes, account: world.account)
            }
            let list = world.boxPath + "/messages"
            let answer = try await server.send("POST", list, token: world.token, data: ["messages": JSON(ids), "source_id": JSON(boxes)])
            #expect(answer.status == 400, "\(answer.text)")
            #expect(answer.data["source_id"]?["maxItems"] != nil)
        }
    }
}
