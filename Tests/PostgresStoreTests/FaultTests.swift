import Foundation
@testable import PostgresStore
import Synchronization
import TestKit
import Testing
import Voicemail

/// Connections that end, servers that do not answer, commits of which nobody hears.
struct FaultTests {
    private func process(_ writer: any StoreWriter) throws -> Int {
        let transaction = try #require(writer as? Transaction)
        return try #require(try transaction.first("SELECT pg_backend_pid()")).int(0)
    }

    /// As an administrator would, from a connection of its own; on the store's thread, which may wait.
    private func end(_ process: Int, _ options: PostgresOptions) throws {
        let answers = try Connection(options).runScript("SELECT pg_terminate_backend(\(process), 10000)", within: 10)
        let isFailure = answers.contains(where: \.isFailure)
        #expect(!isFailure)
    }

    @Test("A transaction whose connection is ended in its middle is run again on another, and is there once")
    func endedInTheMiddle() async throws {
        try await withStore { store in
            let runs = Mutex(0)
            try await store.write { writer in
                let run = runs.withLock { runs in
                    runs += 1
                    return runs
                }
                _ = try writer.insert(StoreContract.message("one"))
                if run == 1 { try end(process(writer), store.options) }
                _ = try writer.insert(StoreContract.message("two"))
            }
            let count = runs.withLock { $0 }
            #expect(count == 2)
            let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
            #expect(tally == Tally(new: 2))
        }
    }

    @Test("A read whose connection is ended is run again")
    func endedWhileReading() async throws {
        try await withStore(pool: 2) { store in
            _ = try await store.write { try $0.insert(StoreContract.message("one")) }
            let runs = Mutex(0)
            let found = try await store.read { reader in
                let run = runs.withLock { runs in
                    runs += 1
                    return runs
                }
                if run == 1 {
                    let snapshot = try #require(reader as? Snapshot)
                    try end(try #require(try snapshot.first("SELECT pg_backend_pid()")).int(0), store.options)
                }
                return try reader.message(id: "one")?.id
            }
            #expect(found == "one")
        }
    }

    @Test("A read that asks more than the last one that began like it sees one state all the same")
    func askedMoreThanForeseen() async throws {
        try await withStore(pool: 2) { store in
            let stored = try await store.write { try $0.insert(StoreContract.message("one")) }
            for _ in 0..<2 { _ = try await store.read { try $0.message(id: "one") } }
            let runs = Mutex(0), options = store.options
            let seen = try await store.read { reader in
                runs.withLock { $0 += 1 }
                let first = try reader.message(id: "one")
                let answers = try Connection(options).runScript("UPDATE message SET revision = revision + 1", within: 10)
                guard !answers.contains(where: \.isFailure) else { throw StoreError.failed("not changed") }
                return try [first?.revision, reader.message(serial: stored.serial)?.revision]
            }
            let count = runs.withLock { $0 }
            #expect(count == 2)
            #expect(seen == [stored.revision + 1, stored.revision + 1])
        }
    }

    @Test("Visits of many rows are foreseen to go on, and waits do not grow with being foreseen")
    func longVisit() async throws {
        try await withStore(pool: 2) { store in
            try await store.write { writer in for number in 0..<700 { _ = try writer.insert(StoreContract.message("m\(number)", at: number)) } }
            // The connection is opened.
            _ = try await store.read { try $0.message(id: "m0") }
            var waits: [Int] = []
            for _ in 0..<4 {
                let before = store.roundTrips
                let count = try await store.read { reader in
                    var count = 0
                    try reader.messages(MessageQuery(scope: .mailbox("m"))) { _ in
                        count += 1
                        return true
                    }
                    return count
                }
                #expect(count == 700)
                waits.append(store.roundTrips - before)
            }
            // The first page; the cursor with the second; the rest.
            #expect(waits == [3, 3, 3, 3])
        }
    }

    @Test("One that always loses its connection is given up after some attempts, and the next one works")
    func givenUp() async throws {
        try await withStore { store in
            let runs = Mutex(0)
            await #expect(throws: StoreError.self) {
                try await store.write { writer in
                    runs.withLock { $0 += 1 }
                    try end(process(writer), store.options)
                    _ = try writer.insert(StoreContract.message("one"))
                }
            }
            let count = runs.withLock { $0 }
            #expect(count == 3)
            let stored = try await store.write { try $0.insert(StoreContract.message("two")) }
            #expect(try await store.read { try $0.message(id: "two") } == stored)
            #expect(try await store.read { try $0.message(id: "one") } == nil)
        }
    }

    @Test("A commit that ended the connection before it took place is run again")
    func endedBeforeCommit() async throws {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2)) { store in
                try await PostgresCluster.shared.value.run(
                    """
                    CREATE SEQUENCE attempts;
                    CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF nextval('attempts') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); END IF;
                        RETURN NULL;
                    END $$;
                    CREATE CONSTRAINT TRIGGER fail_once AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_once();
                    """, in: PostgresCluster.database(of: url))
                let runs = Mutex(0)
                try await store.write { writer in
                    runs.withLock { $0 += 1 }
                    try writer.append(Event(kind: .messageStored, accountID: "a", subjectID: "m", payload: [:], created: StoreContract.now))
                }
                let count = runs.withLock { $0 }
                #expect(count == 2)
                #expect(try await store.read { try $0.events(after: 0, limit: 9) }.count == 1)
            }
        }
    }

    @Test("A commit that took place is found out although its connection ended before it could say so", .timeLimit(.minutes(5)))
    func endedBehindCommit() async throws {
        let cluster = try await PostgresCluster(settings: AbsentStandby.settings)
        try await cluster.withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2)) { store in
                let standby = try await AbsentStandby(cluster, of: store), runs = Mutex(0)
                async let written: Void = store.transaction { writer in
                    runs.withLock { $0 += 1 }
                    _ = try writer.insert(StoreContract.message("one"))
                }
                let process = try #require(try await standby.commit())
                try await cluster.run("SELECT pg_terminate_backend(\(process))")
                // The one by which it is found out about waits as it would have done.
                _ = try await standby.commit(besides: [process])
                try await standby.end()
                try await written
                let count = runs.withLock { $0 }
                #expect(count == 1)
                let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
                #expect(tally == Tally(new: 1))
            }
        }
        try await cluster.stop()
    }

    @Test("Of a commit that cannot be found out about in time is said that it may have taken place", .timeLimit(.minutes(5)))
    func endedBehindCommitAndGone() async throws {
        let cluster = try await PostgresCluster(settings: AbsentStandby.settings)
        try await cluster.withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2, connectSeconds: 5, outcomeSeconds: 5)) { store in
                let standby = try await AbsentStandby(cluster, of: store)
                async let written = store.write { try $0.insert(StoreContract.message("one")) }
                _ = try await standby.commit()
                try await cluster.shut(url)
                do {
                    _ = try await written
                    Issue.record("nobody can know that it took place")
                } catch {
                    #expect(error as? StoreError == .undecided)
                }
                try await cluster.reopen(url)
                try await standby.end()
                while await store.unavailability() != nil { await Task.yield() }
                let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
                #expect(tally == Tally(new: 1))
            }
        }
        try await cluster.stop()
    }

    @Test("A server process that stops answering is left after a while, and what it was to do is done by another")
    func stopped() async throws {
        try await PostgresCluster.shared.value.withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 2, statementSeconds: 5, lockSeconds: 5)) { store in
                let stopped = Mutex(0)
                let start = ContinuousClock.now
                let stored = try await store.write { writer in
                    let isFirst = stopped.withLock { $0 == 0 }
                    if isFirst {
                        let backend = try process(writer)
                        stopped.withLock { $0 = backend }
                        kill(pid_t(backend), SIGSTOP)
                    }
                    return try writer.insert(StoreContract.message("one"))
                }
                let took = ContinuousClock.now - start
                let backend = stopped.withLock { $0 }
                kill(pid_t(backend), SIGCONT)
                #expect(took < .seconds(60))
                #expect(try await store.read { try $0.message(id: "one") } == stored)
            }
        }
    }

    @Test("Without a database every call fails soon, and works again once it is there")
    func gone() async throws {
        let cluster = try await PostgresCluster()
        let result = await Result { () async throws -> Void in
            try await cluster.withDatabase { url in
                try await withStore(PostgresOptions(url: url, pool: 2, connectSeconds: 5)) { store in
                    _ = try await store.write { try $0.insert(StoreContract.message("one")) }
                    try await cluster.shut(url)
                    await #expect(throws: StoreError.self) { try await store.write { try $0.insert(StoreContract.message("two")) } }
                    await #expect(throws: StoreError.self) { try await store.read { try $0.message(id: "one") } }
                    let reason = await store.unavailability()
                    #expect(reason == "the database cannot be reached")
                    try await cluster.reopen(url)
                    while await store.unavailability() != nil { await Task.yield() }
                    #expect(try await store.read { try $0.message(id: "one") }?.id == "one")
                    #expect(try await store.read { try $0.message(id: "two") } == nil)
                }
            }
        }
        try await cluster.stop()
        try result.get()
    }
}
