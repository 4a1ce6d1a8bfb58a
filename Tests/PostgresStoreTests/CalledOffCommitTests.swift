import Synchronization
import TestKit
import Testing
import Voicemail

@testable import PostgresStore

/// What is acknowledged is on the synchronous standby, where there is one.
struct CalledOffCommitTests {
    private func insert(_ store: PostgresStore, then note: @Sendable () -> Void) async throws {
        _ = try await store.write { try $0.insert(StoreContract.message("one")) }
        note()
    }

    @Test(
        "A commit whose wait for the standby is called off is not acknowledged before one has returned that was made behind it",
        .timeLimit(.minutes(5)), arguments: [false, true])
    func calledOff(sharesConnections: Bool) async throws {
        let cluster = try await PostgresCluster(settings: AbsentStandby.settings)
        let result = await Result { () async throws -> Void in
            try await cluster.withDatabase { url in
                var options = PostgresOptions(url: url, pool: 2, outcomeSeconds: 300)
                options.sharesConnections = sharesConnections
                try await withStore(options) { store in
                    let standby = try await AbsentStandby(cluster, of: store), acknowledgements = Mutex(0)
                    let note: @Sendable () -> Void = { acknowledgements.withLock { $0 += 1 } }
                    let isOver: @Sendable () -> Bool = { acknowledgements.withLock { $0 > 0 } }
                    async let written: Void = insert(store, then: note)
                    var processes: [String] = []
                    // The change, the commit by which it is found out about, and the one that follows when that was called off, too.
                    while processes.count < 3, let process = try await standby.commit(besides: processes, or: isOver) {
                        processes.append(process)
                        if processes.count < 3 { try await cluster.run("SELECT pg_cancel_backend(\(process))") }
                    }
                    let isEarly = isOver()
                    #expect(processes.count == 3)
                    #expect(!isEarly)
                    try await standby.end()
                    try await written
                    let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
                    #expect(tally == Tally(new: 1))
                }
            }
        }
        try await cluster.stop()
        try result.get()
    }

    @Test(
        "Commits wait for the disk of a synchronous standby, whatever the database has as its standard, and for more where somebody wants that",
        arguments: [("off", "on"), ("local", "on"), ("remote_write", "on"), ("on", "on"), ("remote_apply", "remote_apply")])
    func durability(_ standard: String, _ used: String) async throws {
        try await withDatabase { url in
            let name = PostgresCluster.database(of: url)
            try await PostgresCluster.shared.value.run("ALTER DATABASE \(name) SET synchronous_commit = \(standard)")
            for sharesConnections in [false, true] {
                var options = PostgresOptions(url: url, pool: 2)
                options.sharesConnections = sharesConnections
                try await withStore(options) { store in
                    let found = try await store.transaction { writer in
                        try writer.rows("SELECT current_setting('synchronous_commit')").map { $0.text(0) }
                    }
                    #expect(found == [used])
                }
            }
        }
    }
}
