import Dispatch
import TestKit
import Testing
import Voicemail

@testable import PostgresStore

/// A database is brought up to date while servers of the version before work on it.
struct MigrationLockTests {
    private func name(_ url: String) -> String { PostgresCluster.database(of: url) }

    /// Does something that waits, on a thread that may.
    private func aside(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async { done.resume(with: Result { try body() }) }
        }
    }

    private func isWaitingForTable(_ database: String) async throws -> Bool {
        let statement = """
            SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        return try await PostgresCluster.shared.value.run(statement, in: database) != "0"
    }

    private func run(_ script: String, _ connection: Connection) throws {
        let answers = try connection.runScript(script, within: 60)
        if let failed = answers.first(where: \.isFailure) { throw Trouble(failed, isConnected: true).error }
    }

    @Test("What a server of the version before is about to commit is waited for, and a migration sees it", .timeLimit(.minutes(3)))
    func openTransaction() async throws {
        try await withDatabase { url in
            // The fourth looks for deliveries that wait, and then has each new one noted.
            try StoredRowsTests.restore(3, at: url)
            let options = PostgresOptions(url: url, pool: 2), database = name(url), old = try Connection(options)
            try run(
                """
                BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE writer IN ROW SHARE MODE;
                INSERT INTO delivery (id, channel, target, account_id, event_serial, payload, state, attempts, due, failure, created)
                    VALUES ('late', 'webhook', 'another', 'a', 1, '{}', 'pending', 0, 1700000000, '', 1700000000)
                """, old)
            async let opened: Void = aside { try PostgresStore(options).close() }
            while try await !isWaitingForTable(database) { await Task.yield() }
            try run("COMMIT", old)
            try await opened
            try await withStore(options) { store in
                let later = Timestamp(unix: 1_800_000_000), claim = Delivery.Claim(holder: "new", until: later.advanced(by: 30))
                let claimed = try await store.write { try $0.claimDeliveries(under: claim, dueBy: later, targets: 9, perTarget: 9) }
                #expect(claimed.map(\.id).sorted() == ["late", "pending"])
            }
        }
    }

    @Test("A migration that waits for who reads for long keeps nobody else waiting, and goes through behind him", .timeLimit(.minutes(5)))
    func longReader() async throws {
        try await withDatabase { url in
            // The second changes the table of messages.
            try StoredRowsTests.restore(1, at: url)
            let options = PostgresOptions(url: url, pool: 2), database = name(url), cluster = try await PostgresCluster.shared.value
            let reader = try Connection(options)
            try run("BEGIN; SELECT count(*) FROM message", reader)
            async let opened: Void = aside { try PostgresStore(options).close() }
            while try await !isWaitingForTable(database) { await Task.yield() }
            // Far longer than it takes, and far shorter than who reads.
            let others = await Result { () async throws -> Void in
                for mode in ["ROW EXCLUSIVE", "ACCESS SHARE"] {
                    try await cluster.run(
                        "SET lock_timeout = '60s'; BEGIN; LOCK TABLE writer IN ROW SHARE MODE; LOCK TABLE message IN \(mode) MODE; COMMIT", in: database)
                }
            }
            try run("ROLLBACK", reader)
            try await opened
            try others.get()
            try await withStore(options) { store in try await StoredWorld.check(store) }
        }
    }

    @Test("A migration that is kept from a table for too long is given up, told in words, and has changed nothing", .timeLimit(.minutes(3)))
    func givenUp() async throws {
        try await withDatabase { url in
            try StoredRowsTests.restore(1, at: url)
            let options = PostgresOptions(url: url, pool: 2), reader = try Connection(options)
            try run("BEGIN; SELECT count(*) FROM message", reader)
            let result = await Result { () async throws -> Void in
                try await aside { try Migrations.run(on: Connection(options), within: 5) }
            }
            #expect(throws: PostgresOpenError.inUse) { try result.get() }
            #expect(throws: PostgresOpenError.olderSchema) { try PostgresStore.look(options) { _ in } }
            try run("ROLLBACK", reader)
        }
    }
}
