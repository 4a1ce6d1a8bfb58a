import Dispatch
import Glibc
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import PostgresStore

/// The database is killed between a transaction's beginning and its commit, begins anew, and hands the transaction's number out once more.
struct KilledDatabaseTests {
    /// Makes a change of which the database hears nothing but the beginning, while somebody else commits with its number.
    /// - Returns: how often the change was made.
    private func make(
        _ cluster: PostgresCluster, _ store: PostgresStore, _ change: @escaping @Sendable (Transaction) throws -> Void
    ) async throws -> (runs: Int, result: Result<Void, any Error>) {
        let runs = Mutex(0), number = Mutex(""), goesOn = DispatchSemaphore(value: 0)
        defer { goesOn.signal() }
        async let written = Result { () async throws -> Void in
            try await store.transaction { writer in
                let run = runs.withLock { runs in
                    runs += 1
                    return runs
                }
                _ = try writer.rows("SELECT 1::bigint")
                try change(writer)
                guard run == 1 else { return }
                number.withLock { $0 = writer.session.progress.number }
                goesOn.wait()
            }
        }
        while number.withLock({ $0.isEmpty }) { await Task.yield() }
        try cluster.signal(SIGKILL)
        try await cluster.restart()
        try await cluster.run("CREATE TABLE of_somebody_else (number int)")
        // Without this the test is about nothing.
        #expect(try await cluster.run("SELECT pg_xact_status('\(number.withLock { $0 })')") == "committed")
        goesOn.signal()
        let result = await written
        return (runs.withLock { $0 }, result)
    }

    private func withKilledDatabase(_ body: (PostgresCluster, PostgresStore) async throws -> Void) async throws {
        // Nobody but the test draws a number, and nothing writes down how far they have got.
        let writers = "-c wal_writer_delay=10s -c bgwriter_lru_maxpages=0"
        let cluster = try await PostgresCluster(settings: "-c fsync=off -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 \(writers)")
        let result = await Result { () async throws -> Void in
            try await cluster.withDatabase { url in
                try await withStore(PostgresOptions(url: url, pool: 2)) { store in try await body(cluster, store) }
            }
        }
        try await cluster.stop()
        try result.get()
    }

    @Test("Of a message that is not there it is not said that it is, whoever has committed with its number")
    func message() async throws {
        try await withKilledDatabase { cluster, store in
            let (runs, result) = try await make(cluster, store) { _ = try $0.insert(StoreContract.message("one")) }
            // Somebody may have removed the message since, so nothing is done again.
            #expect(runs == 1)
            #expect(throws: StoreError.undecided) { try result.get() }
            let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
            #expect(tally == Tally())
        }
    }

    @Test("A change that inserts nothing is found not to be there, and made again")
    func change() async throws {
        let count = LoginCount(id: "x", kind: .login, label: "l", failures: 3, first: StoreContract.now, last: StoreContract.now)
        try await withKilledDatabase { cluster, store in
            // The session has a mark from before.
            try await store.write { try $0.save(LoginCount(id: "y", kind: .login, label: "l", failures: 1, first: count.first, last: count.last)) }
            let (runs, result) = try await make(cluster, store) { try $0.save(count) }
            #expect(runs == 2)
            try result.get()
            #expect(try await store.read { try $0.loginCounts(ids: ["x"]) } == [count])
        }
    }

    @Test("Marks of sessions that ended long ago are removed when the database is opened")
    func sweeping() async throws {
        try await withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2)) { _ in }
            let name = PostgresCluster.database(of: url), cluster = try await PostgresCluster.shared.value
            try await cluster.run("INSERT INTO commit_mark VALUES ('old', 1, now() - interval '25 hours'), ('new', 1, now() - interval '23 hours')", in: name)
            try await withStore(PostgresOptions(url: url, pool: 2)) { _ in }
            #expect(try await cluster.run("SELECT session FROM commit_mark", in: name) == "new")
        }
    }
}
