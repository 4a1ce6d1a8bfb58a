import Dispatch
import GRDB
@testable import SQLiteStore
import Synchronization
import TestKit
import Testing
import Voicemail

struct WriteQueueTests {
    private final class Counter: Sendable {
        private let number = Mutex(0)
        func increase() { number.withLock { $0 += 1 } }
        var value: Int { number.withLock { $0 } }
    }

    private final class CommitObserver: TransactionObserver {
        private let commits: Counter
        init(_ commits: Counter) { self.commits = commits }
        func observes(eventsOfKind kind: DatabaseEventKind) -> Bool { true }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ database: Database) { commits.increase() }
        func databaseDidRollback(_ database: Database) {}
    }

    /// Holds the writer until everything that `body` starts is waiting, so that it becomes one batch.
    private static func together(_ store: SQLiteStore, _ jobs: [@Sendable () async -> Void]) async throws {
        let hold = DispatchSemaphore(value: 0)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await store.write { _ in hold.wait() } }
            while store.writes.load.waiting != 0 || !store.writes.load.isBusy { await Task.yield() }
            for job in jobs { group.addTask { await job() } }
            while store.writes.load.waiting < jobs.count { await Task.yield() }
            hold.signal()
        }
    }

    @Test("What waits is committed together, a cap's worth at a time", arguments: [(64, 1), (63, 1), (65, 2), (1, 1), (130, 3)])
    func batches(jobs: Int, expected: Int) async throws {
        try await withStore(StoreOptions(batchLimit: 64)) { store in
            let commits = Counter()
            try await store.writer.writeWithoutTransaction { $0.add(transactionObserver: CommitObserver(commits), extent: .databaseLifetime) }
            try await Self.together(
                store,
                (0..<jobs).map { number in
                    { _ = try? await store.write { try $0.insert(StoreContract.message("m\(number)")) } }
                })
            // One more for the job that held the others.
            #expect(commits.value == expected + 1)
            let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
            #expect(tally == Tally(new: jobs))
        }
    }

    @Test("A transaction of thousands of rows leaves its batch, runs again alone, and happens once")
    func largeLeavesItsBatch() async throws {
        try await withStore { store in
            let runs = Counter()
            let finished = Counter()
            try await Self.together(
                store,
                (0..<10).map { number in
                    {
                        do {
                            try await store.write { writer in
                                if number == 4 { runs.increase() }
                                for row in 0..<(number == 4 ? 6000 : 1) {
                                    _ = try writer.insert(StoreContract.message("\(number)-\(row)", mailbox: "m\(number)"))
                                }
                            }
                            finished.increase()
                        } catch {
                            Issue.record(error)
                        }
                    }
                })
            #expect(finished.value == 10)
            #expect(runs.value == 2)
            let tally = try await store.read { try $0.tally(mailboxID: "m4", cutoff: StoreContract.longAgo) }
            #expect(tally == Tally(new: 6000))
            // Removing them has to run alone too, in several statements.
            try await Self.together(
                store,
                [
                    { _ = try? await store.write { try $0.removeMessages(mailboxID: "m4", at: StoreContract.now) } },
                    { _ = try? await store.write { try $0.insert(StoreContract.message("new", mailbox: "m4")) } },
                ])
            let left = try await store.read { try $0.tally(mailboxID: "m4", cutoff: StoreContract.longAgo) }
            #expect(left.total <= 1)
            #expect(try await store.recount() == [])
        }
    }

    @Test("A caller who hides that his transaction is too large is found out")
    func hiddenError() async throws {
        try await withStore { store in
            try await Self.together(
                store,
                (0..<2).map { number in
                    {
                        try? await store.write { writer in
                            for row in 0..<(number == 0 ? 5005 : 1) { _ = try? writer.insert(StoreContract.message("\(number)-\(row)")) }
                        }
                    }
                })
            let tally = try await store.read { try $0.tally(mailboxID: "m", cutoff: StoreContract.longAgo) }
            #expect(tally == Tally(new: 5006))
        }
    }
}
