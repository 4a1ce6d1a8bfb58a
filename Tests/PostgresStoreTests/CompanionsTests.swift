import Dispatch
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import PostgresStore

/// Changes of several callers in one transaction.
struct CompanionsTests {
    private struct Refused: Error {}

    /// What becomes of a caller, by his number.
    private typealias Body = @Sendable (Transaction, Int) throws -> Void

    private static let hot: SQL = "SELECT 1::bigint AS hot"

    /// Has some callers wait for the turn of another one, after which they go together with the first of them.
    /// - Parameter whileHeld: run when all of them wait.
    /// - Returns: what each was told, and at last the other one.
    private func together(
        _ count: Int, in store: PostgresStore, _ body: @escaping Body, whileHeld: @Sendable @escaping () -> Void = {}
    ) async -> [Result<Void, any Error>] {
        let isHeld = Mutex(false), goesOn = DispatchSemaphore(value: 0)
        defer { goesOn.signal() }
        store.turns.collided(Self.hot)
        async let holder = Result {
            try await store.transaction { writer in
                _ = try writer.rows(Self.hot)
                guard isHeld.withLock({ $0.exchange(true) }) == false else { return }
                goesOn.wait()
            }
        }
        while !isHeld.withLock({ $0 }) { await Task.yield() }
        let results = await withTaskGroup(of: (Int, Result<Void, any Error>).self) { group in
            for number in 0..<count {
                group.addTask { await (number, Result { try await run(number, body, store) }) }
                // In this order.
                while store.turns.parked(for: Self.hot) <= number { await Task.yield() }
            }
            whileHeld()
            goesOn.signal()
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return await (0..<count).compactMap { results[$0] } + [holder]
    }

    private func run(_ number: Int, _ body: @escaping Body, _ store: PostgresStore) async throws {
        try await store.transaction { writer in
            _ = try writer.rows(Self.hot)
            try body(writer, number)
        }
    }

    /// The numbers of the transactions that messages were written by.
    private func writers(of ids: [String], in store: PostgresStore) async throws -> [String: String] {
        try await store.transaction { writer in
            var found: [String: String] = [:]
            for id in ids {
                if let row = try writer.first("SELECT xmin::text FROM message WHERE id = \(id)") { found[id] = row.text(0) }
            }
            return found
        }
    }

    private func insertions(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "m\($0)" } }

    @Test("They share a transaction, up to so many", .timeLimit(.minutes(1)))
    func shared() async throws {
        try await withStore { store in
            let count = Companions.most + 4
            let results = await together(count, in: store) { writer, number in _ = try writer.insert(StoreContract.message("m\(number)")) }
            #expect(results.count == count + 1)
            for result in results { try result.get() }
            let writers = try await writers(of: insertions(0..<count), in: store)
            #expect(writers.count == count)
            #expect(Set(insertions(0...Companions.most).compactMap { writers[$0] }).count == 1)
            #expect(Set(writers.values).count == 2)
        }
    }

    @Test("Who comes behind much that is changed is not taken along", .timeLimit(.minutes(1)))
    func much() async throws {
        try await withStore { store in
            let results = await together(3, in: store) { writer, number in
                for part in 0..<(number == 0 ? Companions.mostChanges : 1) { _ = try writer.insert(StoreContract.message("m\(number).\(part)")) }
            }
            for result in results { try result.get() }
            let writers = try await writers(of: (0..<3).map { "m\($0).0" }, in: store)
            #expect(Set(writers.values).count == 2 && writers["m1.0"] == writers["m2.0"])
        }
    }

    @Test("Each sees what those before him have changed", .timeLimit(.minutes(1)))
    func seen() async throws {
        try await withStore { store in
            let seen = Mutex<[Int: Int]>([:])
            let results = await together(5, in: store) { writer, number in
                let count = try writer.tally(mailboxID: "m", cutoff: Timestamp(unix: 0)).new
                seen.withLock { $0[number] = count }
                _ = try writer.insert(StoreContract.message("m\(number)"))
            }
            for result in results { try result.get() }
            #expect(seen.withLock { $0 } == [0: 0, 1: 1, 2: 2, 3: 3, 4: 4])
        }
    }

    @Test("One who is refused before he has changed anything hears it, and the others go on", .timeLimit(.minutes(1)))
    func refused() async throws {
        try await withStore { store in
            let results = await together(4, in: store) { writer, number in
                if number == 1 { throw Refused() }
                _ = try writer.insert(StoreContract.message("m\(number)"))
            }
            #expect(throws: Refused.self) { try results[1].get() }
            for number in [0, 2, 3, 4] { try results[number].get() }
            let writers = try await writers(of: insertions(0..<4), in: store)
            #expect(Set(writers.keys) == ["m0", "m2", "m3"] && Set(writers.values).count == 1)
        }
    }

    @Test("Of one who gives up after a change nothing is left, and all of the others, who share a transaction as before", .timeLimit(.minutes(1)))
    func undone() async throws {
        try await withStore { store in
            let runs = Mutex<[Int: Int]>([:])
            let results = await together(5, in: store) { writer, number in
                runs.withLock { $0[number, default: 0] += 1 }
                _ = try writer.insert(StoreContract.message("m\(number)"))
                if number == 2 { throw Refused() }
            }
            #expect(throws: Refused.self) { try results[2].get() }
            for number in [0, 1, 3, 4, 5] { try results[number].get() }
            let kept = try await writers(of: insertions(0..<5), in: store)
            #expect(Set(kept.keys) == ["m0", "m1", "m3", "m4"] && Set(kept.values).count == 1)
            #expect(runs.withLock { $0 } == [0: 2, 1: 2, 2: 2, 3: 1, 4: 1])
        }
    }

    @Test("The one in turn is not run again and again for those who give up", .timeLimit(.minutes(1)))
    func manyUndone() async throws {
        try await withStore { store in
            let runs = Mutex(0), count = 8
            let results = await together(count, in: store) { writer, number in
                if number == 0 { runs.withLock { $0 += 1 } }
                _ = try writer.insert(StoreContract.message("m\(number)"))
                if number > 0 { throw Refused() }
            }
            for number in 1..<count { #expect(throws: Refused.self) { try results[number].get() } }
            try results[0].get()
            #expect(runs.withLock { $0 } == 3)
            let kept = try await writers(of: insertions(0..<count), in: store)
            #expect(Set(kept.keys) == ["m0"])
        }
    }

    @Test("Whoever takes a connection along each time is run by himself at last", .timeLimit(.minutes(1)))
    func alwaysLost() async throws {
        try await withStore { store in
            let results = await together(4, in: store) { writer, number in
                _ = try writer.insert(StoreContract.message("m\(number)"))
                if number == 2 { _ = try writer.rows("SELECT pg_terminate_backend(pg_backend_pid())::int::bigint") }
            }
            #expect(throws: StoreError.self) { try results[2].get() }
            for number in [0, 1, 3, 4] { try results[number].get() }
            let kept = try await writers(of: insertions(0..<4), in: store)
            #expect(Set(kept.keys) == ["m0", "m1", "m3"])
        }
    }

    @Test("One whose change the database refuses hears it alone", .timeLimit(.minutes(1)))
    func conflict() async throws {
        try await withStore { store in
            _ = try await store.write { try $0.insert(StoreContract.message("m2")) }
            let results = await together(5, in: store) { writer, number in _ = try writer.insert(StoreContract.message("m\(number)")) }
            for (number, result) in results.enumerated() {
                if number == 2 {
                    #expect(throws: StoreError.conflict) { try result.get() }
                } else {
                    try result.get()
                }
            }
            let kept = try await writers(of: insertions(0..<5), in: store)
            #expect(kept.count == 5)
        }
    }

    @Test("A connection that is lost takes nothing with it, and nothing is made twice", .timeLimit(.minutes(1)))
    func lost() async throws {
        try await withStore { store in
            let isFirst = Mutex(true)
            let results = await together(5, in: store) { writer, number in
                _ = try writer.insert(StoreContract.message("m\(number)"))
                guard number == 3, isFirst.withLock({ $0.exchange(false) }) else { return }
                _ = try writer.rows("SELECT pg_terminate_backend(pg_backend_pid())::int::bigint")
            }
            for result in results { try result.get() }
            let kept = try await writers(of: insertions(0..<5), in: store)
            #expect(kept.count == 5 && Set(kept.values).count == 1)
            // In the order in which they came.
            let serials = try await store.transaction { writer in try writer.rows("SELECT id FROM message ORDER BY serial").map { $0.text(0) } }
            #expect(serials == insertions(0..<5))
            #expect(try await store.read { try $0.tally(mailboxID: "m", cutoff: Timestamp(unix: 0)).new } == 5)
        }
    }

    @Test("A commit of theirs whose answer is lost is found out about once, for all of them", .timeLimit(.minutes(5)))
    func foundOut() async throws {
        let cluster = try await PostgresCluster(settings: AbsentStandby.settings)
        try await cluster.withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 4)) { store in
                let standby = try await AbsentStandby(cluster, of: store), runs = Mutex(0)
                async let told = together(3, in: store) { writer, number in
                    runs.withLock { $0 += 1 }
                    _ = try writer.insert(StoreContract.message("m\(number)"))
                }
                let process = try #require(try await standby.commit())
                try await cluster.run("SELECT pg_terminate_backend(\(process))")
                _ = try await standby.commit(besides: [process])
                try await standby.end()
                for result in await told { try result.get() }
                #expect(runs.withLock { $0 } == 3)
                #expect(try await writers(of: insertions(0..<3), in: store).count == 3)
            }
        }
        try await cluster.stop()
    }

    @Test("Where it cannot be found out about, each hears so, and none is run again", .timeLimit(.minutes(5)))
    func undecided() async throws {
        let cluster = try await PostgresCluster(settings: AbsentStandby.settings)
        try await cluster.withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 4, connectSeconds: 5, outcomeSeconds: 5)) { store in
                let standby = try await AbsentStandby(cluster, of: store), runs = Mutex(0)
                async let told = together(3, in: store) { writer, number in
                    runs.withLock { $0 += 1 }
                    _ = try writer.insert(StoreContract.message("m\(number)"))
                }
                _ = try await standby.commit()
                try await cluster.shut(url)
                for result in await told.dropLast() { #expect(throws: StoreError.undecided) { try result.get() } }
                #expect(runs.withLock { $0 } == 3)
                try await cluster.reopen(url)
                try await standby.end()
                while await store.unavailability() != nil { await Task.yield() }
                #expect(try await writers(of: insertions(0..<3), in: store).count == 3)
            }
        }
        try await cluster.stop()
    }

    @Test("Who came after the transaction had begun waits for another one: he may have heard of what it does not see", .timeLimit(.minutes(1)))
    func late() async throws {
        try await withStore { store in
            let isBegun = Mutex(false), goesOn = DispatchSemaphore(value: 0)
            defer { goesOn.signal() }
            store.turns.collided(Self.hot)
            async let first: Void = run(
                0,
                { writer, _ in
                    isBegun.withLock { $0 = true }
                    goesOn.wait()
                    _ = try writer.insert(StoreContract.message("m0"))
                }, store)
            while !isBegun.withLock({ $0 }) { await Task.yield() }
            // The first one's transaction does not see it.
            _ = try await store.write { try $0.insert(StoreContract.document("committed")) }
            async let second: Void = run(
                1,
                { writer, _ in
                    _ = try writer.document(id: "committed").map { _ in try writer.insert(StoreContract.message("m1")) }
                }, store)
            while store.turns.parked(for: Self.hot) < 1 { await Task.yield() }
            goesOn.signal()
            _ = try await (first, second)
            let kept = try await writers(of: ["m0", "m1"], in: store)
            #expect(kept.count == 2 && kept["m0"] != kept["m1"])
        }
    }

    @Test("One that keeps all others out, as it would not come to its end otherwise, goes with nobody", .timeLimit(.minutes(1)))
    func alone() async throws {
        try await withDatabase { url in
            try await withStore(PostgresOptions(url: url, pool: 4)) { store in
                try await PostgresCluster.shared.value.run(
                    """
                    CREATE FUNCTION collide() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '40001'; END $$;
                    """, in: PostgresCluster.database(of: url))
                let runs = Mutex(0)
                let results = await together(3, in: store) { writer, number in
                    if number == 0,
                        runs.withLock({ runs in
                            runs += 1
                            return runs <= 4
                        })
                    {
                        _ = try writer.rows("SELECT collide()")
                    }
                    _ = try writer.insert(StoreContract.message("m\(number)"))
                }
                for result in results { try result.get() }
                let kept = try await writers(of: insertions(0..<3), in: store)
                #expect(runs.withLock { $0 } == 5 && kept.count == 3)
                #expect(kept["m0"] != kept["m1"] && kept["m1"] == kept["m2"])
            }
        }
    }

    @Test("Who waits when the store is closed hears so", .timeLimit(.minutes(1)))
    func closed() async throws {
        try await withDatabase { url in
            let store = try PostgresStore(PostgresOptions(url: url, pool: 4)), closing = DispatchGroup()
            let results = await together(
                Companions.most + 40, in: store, { writer, number in _ = try writer.insert(StoreContract.message("m\(number)")) },
                whileHeld: { DispatchQueue.global().async(group: closing) { store.close() } })
            closing.wait()
            let done = results.indices.dropLast().filter { (try? results[$0].get()) != nil }
            #expect(results.count == Companions.most + 41 && done.count < Companions.most + 40)
            try await withStore(PostgresOptions(url: url)) { store in
                let kept = try await writers(of: insertions(results.indices), in: store)
                #expect(Set(kept.keys) == Set(insertions(done)))
            }
        }
    }
}

extension Bool {
    fileprivate mutating func exchange(_ value: Bool) -> Bool {
        defer { self = value }
        return self
    }
}
