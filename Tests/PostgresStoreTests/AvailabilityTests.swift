import Dispatch
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import PostgresStore

/// What servers say of their database to who sends them requests.
struct AvailabilityTests {
    private func reason(_ store: PostgresStore) async -> String {
        while true {
            if let reason = await store.unavailability() { return reason }
            await Task.yield()
        }
    }

    private func isAvailable(_ store: PostgresStore) async { while await store.unavailability() != nil { await Task.yield() } }

    @Test("While no commit returns a server is not ready, and one process waits for that however many ask; it is ready again by itself")
    func noCommit() async throws {
        let cluster = try await PostgresCluster(settings: "-c fsync=off")
        let result = await Result { () async throws -> Void in
            try await cluster.withDatabase { url in
                try await withStore(PostgresOptions(url: url, pool: 2)) { store in
                    #expect(await store.unavailability() == nil)
                    try await cluster.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
                    try await cluster.run("SELECT pg_reload_conf()")
                    let first = await reason(store)
                    #expect(first.hasPrefix("commits do not return"), "\(first)")
                    for _ in 0..<3 {
                        async let one = store.unavailability(), two = store.unavailability()
                        let found = await [one, two]
                        #expect(found == [first, first])
                    }
                    #expect(try await cluster.run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == "1")
                    // Reads go on meanwhile.
                    #expect(try await store.read { try $0.message(id: "one") } == nil)
                    try await cluster.run("ALTER SYSTEM RESET synchronous_standby_names")
                    try await cluster.run("SELECT pg_reload_conf()")
                    await isAvailable(store)
                }
            }
        }
        try await cluster.stop()
        try result.get()
    }

    @Test("Who asks does not wait behind those that write", .timeLimit(.minutes(1)))
    func busy() async throws {
        try await withStore(pool: 2) { store in
            let isHeld = Mutex(false), goesOn = DispatchSemaphore(value: 0)
            async let held: Void = store.write { _ in
                isHeld.withLock { $0 = true }
                goesOn.wait()
            }
            async let next = store.write { try $0.insert(StoreContract.message("one")) }
            while !isHeld.withLock({ $0 }) { await Task.yield() }
            #expect(await store.unavailability() == nil)
            goesOn.signal()
            try await held
            _ = try await next
        }
    }

    @Test("Where a change found no room a server is not ready")
    func full() async throws {
        try await withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2)) { store in
                let name = PostgresCluster.database(of: url)
                try await PostgresCluster.shared.value.run(
                    """
                    CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$;
                    CREATE TRIGGER fill BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION fill();
                    """, in: name)
                #expect(await store.unavailability() == nil)
                await #expect(throws: StoreError.full) {
                    try await store.write { writer in
                        try writer.append(Event(kind: .messageStored, accountID: "a", subjectID: "m", payload: [:], created: StoreContract.now))
                    }
                }
                #expect(await store.unavailability() == "no room for the database")
            }
        }
    }

    @Test("While another process brings the database up to date, those at work say so", .timeLimit(.minutes(1)))
    func migrating() async throws {
        try await withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2)) { store in
                #expect(await store.unavailability() == nil)
                let name = PostgresCluster.database(of: url), options = store.options
                try await PostgresCluster.shared.value.run("DROP TABLE commit_mark; DELETE FROM aftertone_migration WHERE number = 5", in: name)
                // It comes to its end when this lets it.
                let other = try Connection(options)
                _ = try other.runScript("BEGIN; LOCK TABLE aftertone_migration IN SHARE MODE", within: 10)
                async let opened: Void = withCheckedThrowingContinuation { continuation in
                    DispatchQueue.global().async { continuation.resume(with: Result { try PostgresStore(options).close() }) }
                }
                #expect(await reason(store) == "the database is being brought up to date")
                _ = try other.runScript("ROLLBACK", within: 10)
                try await opened
                await isAvailable(store)
            }
        }
    }
}
