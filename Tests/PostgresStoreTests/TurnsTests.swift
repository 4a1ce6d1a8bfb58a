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
        DispatchQueue.global().async { [question] in then(turns.enter(question, patience: patience) == .mine) }
    }

    @Test("Nobody waits who has never collided, nor who begins otherwise")
    func free() {
        let turns = Turns(waiting: 9)
        #expect(turns.enter(question, patience: 0) != .mine)
        turns.collided(question)
        #expect(turns.enter("SELECT 2", patience: 0) != .mine)
        #expect(turns.enter(question, patience: 0) == .mine)
        turns.leave(question)
    }

    @Test("One has the turn; the others wait for it in order", .timeLimit(.minutes(1)))
    func order() async {
        let turns = Turns(waiting: 9), order = Mutex<[Int]>([])
        turns.collided(question)
        #expect(turns.enter(question, patience: 0) == .mine)
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
        let turns = Turns(waiting: 9)
        turns.collided(question)
        #expect(turns.enter(question, patience: 0) == .mine)
        #expect(turns.enter(question, patience: 0) != .mine)
        #expect(turns.waiting(for: question) == 0)
        turns.leave(question)
        #expect(turns.enter(question, patience: 0) == .mine)
        turns.leave(question)
    }

    @Test("No more wait than may, as each keeps a connection; others are called again", .timeLimit(.minutes(1)))
    func crowded() async {
        let turns = Turns(waiting: 2), question = question, called = Mutex(0), entered = Mutex(0)
        turns.collided(question)
        #expect(turns.enter(question, patience: 0) == .mine)
        for number in 1...2 {
            enter(turns) { isMine in entered.withLock { $0 += isMine ? 1 : 0 } }
            while turns.waiting(for: question) < number { await Task.yield() }
        }
        #expect(turns.enter(question, patience: 60) == .crowded)
        for _ in 1...3 { turns.park(question) { called.withLock { $0 += 1 } } }
        #expect(turns.parked(for: question) == 3)
        // One for each that goes on, and all when nobody has the turn who could call them later.
        for (turn, expected) in [(1, 1), (2, 2)] {
            turns.leave(question)
            while entered.withLock({ $0 }) < turn { await Task.yield() }
            #expect(called.withLock { $0 } == expected)
        }
        turns.park(question) { called.withLock { $0 += 1 } }
        turns.leave(question)
        #expect(called.withLock { $0 } == 4)
        turns.park(question) { called.withLock { $0 += 1 } }
        #expect(called.withLock { $0 } == 5)
    }

    @Test("After some turns without a collision there are none any more")
    func end() {
        let turns = Turns(waiting: 9)
        turns.collided(question)
        for _ in 1..<Turns.afterCollision {
            #expect(turns.enter(question, patience: 0) == .mine)
            turns.leave(question)
        }
        turns.collided(question)
        for _ in 1...Turns.afterCollision {
            #expect(turns.enter(question, patience: 0) == .mine)
            turns.leave(question)
        }
        #expect(turns.enter(question, patience: 0) == .without && turns.count == 0)
    }

    @Test("No more than some are remembered, and none is forgotten that is under way")
    func bound() {
        let turns = Turns(waiting: 9)
        turns.collided(question)
        #expect(turns.enter(question, patience: 0) == .mine)
        for number in 1...3000 { turns.collided("SELECT \(number)") }
        #expect(turns.count <= 1001)
        #expect(turns.enter(question, patience: 0) != .mine)
        turns.leave(question)
        #expect(turns.enter(question, patience: 0) == .mine)
    }

    @Test("Those to whom nobody comes are forgotten before those to whom somebody does")
    func cleared() {
        let turns = Turns(waiting: 9)
        turns.collided(question)
        for number in 1...3000 {
            if number.isMultiple(of: 100) {
                #expect(turns.enter(question, patience: 0) == .mine)
                turns.leave(question)
                turns.collided(question)
            }
            turns.collided("SELECT \(number)")
        }
        #expect(turns.count <= 1001)
        #expect(turns.enter(question, patience: 0) == .mine)
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
                            guard var account = try writer.document(id: "a"), let count = account.attributes["count"]?.int else { return }
                            // Who is to come again has asked for nothing.
                            runs.count.add(1, ordering: .relaxed)
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
