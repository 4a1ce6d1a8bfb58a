import StoredRows
import TestKit
import Testing
import Voicemail

@testable import PostgresStore

/// Behind PgBouncer, where a transaction may be on another connection than the one before.
struct PoolerTests {
    private func withStores<Value: Sendable>(_ body: (PostgresStore, PostgresStore) async throws -> Value) async throws -> Value {
        try await Pooler.shared.value.withDatabase { url in
            var options = PostgresOptions(url: url, pool: 4)
            options.sharesConnections = true
            return try await withStore(options) { first in
                try await withStore(options) { second in try await body(first, second) }
            }
        }
    }

    @Test("The port's promises hold behind a pooler", arguments: StoreContract.all)
    func holds(_ promise: StoreContract.Case) async throws {
        try await withStores { store, _ in try await promise.run(store) }
    }

    @Test("What holds writes back holds them back behind a pooler, too")
    func writes() async throws {
        try await withStores { store, other in
            let hold = try await store.holdWrites()
            try await hold.close()
            await #expect(throws: StoreError.self) { _ = try await other.write { try $0.insert(StoreContract.message()) } }
        }
    }

    @Test("Every transaction is told how it is treated, and tells no other")
    func settings() async throws {
        try await withStores { store, other in
            let statement: SQL = """
                SELECT current_setting('enable_seqscan'), current_setting('lock_timeout'), current_setting('statement_timeout'),
                current_setting('transaction_isolation')
                """
            for store in [store, other, store] {
                let written = try await store.transaction { try $0.rows(statement).map { row in (0..<4).map { row.text($0) } } }
                #expect(written == [["off", "10s", "30s", "serializable"]])
                let read = try await store.read { reader in try (reader as? Snapshot)?.rows(statement).map { row in (0..<4).map { row.text($0) } } }
                #expect(read == [["off", "10s", "30s", "repeatable read"]])
            }
            let outside = try await PostgresCluster.shared.value.run("SELECT current_setting('lock_timeout')")
            #expect(outside == "0")
        }
    }
}
