import PostgresStore
import Synchronization
import TestKit
import Testing
import Voicemail
import Waiting

struct ContractTests {
    @Test(arguments: StoreContract.all)
    func holds(_ promise: StoreContract.Case) async throws {
        try await withStore { try await promise.run($0) }
    }

    @Test("The port's promises hold with one connection that reads and one that writes", arguments: StoreContract.all)
    func holdsWithLeastResources(_ promise: StoreContract.Case) async throws {
        try await withStore(pool: 2) { try await promise.run($0) }
    }

    @Test("The port's promises hold when two stores on one database take turns", arguments: StoreContract.all)
    func holdsInTurns(_ promise: StoreContract.Case) async throws {
        try await withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 4)) { first in
                try await withStore(PostgresOptions(url: url, pool: 4)) { second in
                    try await promise.run(TakingTurns(first, second))
                }
            }
        }
    }
}

/// Two stores on one database, as two processes have them: each call goes to the other one than the last.
private final class TakingTurns: VoicemailStore {
    private let stores: [PostgresStore]
    private let calls = Atomic<Int>(0)
    /// A bell is its process's own; both are listened to as one.
    let eventBell = Bell()

    init(_ first: PostgresStore, _ second: PostgresStore) { stores = [first, second] }

    private var next: PostgresStore { stores[calls.add(1, ordering: .relaxed).oldValue % stores.count] }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        try await next.read(body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        let store = next
        let value = try await store.write(body)
        if await store.eventBell.rung(within: .zero) { eventBell.ring() }
        return value
    }

    func unavailability() async -> String? { await next.unavailability() }
}
