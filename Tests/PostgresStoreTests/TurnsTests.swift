import Dispatch
import Synchronization
import Testing
import Voicemail

@testable import PostgresStore

/// Transactions that collide take turns, for as long as they do.
struct CollidingTests {
    private let question: SQL = "SELECT 1"

    private final class Runs: Sendable {
        let count = Atomic(0)
    }

    /// Enters on a thread of its own, which waits.
    private func enter(_ turns: Turns, patience: Int = 60, _ then: @escaping @Sendable (Bool) -> Void) {
        DispatchQueue.global().async { [question] in then(turns.enter(question, patience: patience)) }
    }

    @Test("Nobody waits who has never collided, nor who begins otherwise")
    func free() {
        let turns = Turns()
        #expect(!turns.enter(question, patience: 0))
        turns.collided(question)
        #expect(!turns.enter("SELECT 2", patience: 0))
        #expect(turns.enter(question, patience: 0))
        turns.leave(question)
    }

    @Test("One has the turn; the others wait for it in order", .timeLimit(.minutes(1)))
    func order() async {
        let turns = Turns(), order = Mutex<[Int]>([])
        turns.collided(question)
        #expect(turns.enter(question, patience: 0))
        for number in 1...5 {
            enter(turns) { isMine in
                order.withLock { $0.append(isMine ? number : -number) }
                turns.leave(question)
            }
            while turns.waiting(for: question) < number { await Task.yield() }
        }
        #expect(order.withLock { $0 }.isEmpty)
        turns.leave(question)
        while order.withLock({ $0.count }) < 5 { await Task.yield() }
        #expect(order.withLock { $0 } == [1, 2, 3, 4, 5])
    }

    @Test("Who has waited long enough goes without a turn, and takes nobody's")
    func patience() {
        let turns = Turns()
        turns.collided(question)
        #expect(turns.enter(question, patience: 0))
        #expect(!turns.enter(question, patience: 0))
        #expect(turns.waiting(for: question) == 0)
        turns.leave(question)
        #expect(turns.enter(question, patience: 0))
        turns.leave(question)
    }

    @Test("After some turns without a collision there are none any more")
    func end() {
        let turns = Turns()
        turns.collided(question)
        for _ in 1..<Turns.afterCollision {
            #expect(turns.enter(question, patience: 0))
            turns.leave(question)
        }
        turns.collided(question)
        for _ in 1...Turns.afterCollision {
            #expect(turns.enter(question, patience: 0))
            turns.leave(question)
        }
        #expect(!turns.enter(question, patience: 0) && turns.count == 0)
    }

    @Test("No more than some are remembered, and none is forgotten that is under way")
    func bound() {
        let turns = Turns()
        turns.collided(question)
        #expect(turns.enter(question, patience: 0))
        for number in 1...3000 { turns.collided("SELECT \(number)") }
        #expect(turns.count <= 1001)
        #expect(!turns.enter(question, patience: 0))
        turns.leave(question)
        #expect(turns.enter(question, patience: 0))
    }

    @Test("Changes of one document by many at once are all made, and few of them twice")
    func store() async throws {
        let account = StoredDocument(
            id: "a", kind: .account, accountID: "a", name: "A", scope: "accounts", attributes: ["count": 0], created: Timestamp(unix: 5))
        try await withStore(pool: 16) { store in
            _ = try await store.write { try $0.insert(account) }
            let runs = Runs(), changes = 300
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<changes {
                    group.addTask {
                        try await store.write { writer in
                            runs.count.add(1, ordering: .relaxed)
                            guard var account = try writer.document(id: "a"), let count = account.attributes["count"]?.int else { return }
                            account.attributes["count"] = .int(count + 1)
                            try writer.update(account)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.read { try $0.document(id: "a")?.attributes["count"] } == .int(changes))
            // The eight that were first, and not one in three behind them.
            let count = runs.count.load(ordering: .relaxed)
            #expect(count < changes + changes / 3, "\(count)")
        }
    }
}
