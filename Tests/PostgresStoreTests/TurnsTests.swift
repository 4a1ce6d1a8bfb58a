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

    private let beginning = ContinuousClock.now

    private func caller(_ name: Int, after seconds: Int = -1, mayShare: Bool = true) -> WriteCaller {
        WriteCaller(
            perform: { _ in {} }, fail: { _ in }, isAlone: false, start: beginning + .seconds(seconds), end: beginning + .seconds(name), mayShare: mayShare)
    }

    @Test("Nobody waits who has never collided, nor who begins otherwise")
    func free() {
        let turns = Turns()
        #expect(turns.enter(question) == .without)
        turns.collided(question)
        #expect(turns.enter("SELECT 2") == .without)
        #expect(turns.enter(question) == .mine)
        #expect(turns.leave(question) == nil)
    }

    @Test("One has the turn; the others are called in order, each with the turn")
    func order() {
        let turns = Turns(), callers = (1...3).map { caller($0 * 100) }
        turns.collided(question)
        #expect(turns.enter(question) == .mine)
        for caller in callers {
            #expect(turns.enter(question) == .taken)
            #expect(turns.park(caller, for: question))
        }
        for caller in callers {
            #expect(turns.leave(question)?.end == caller.end)
            // It is his before he has come.
            #expect(turns.enter(question) == .taken)
        }
        #expect(turns.leave(question) == nil)
        #expect(turns.enter(question) == .mine)
    }

    @Test("Nobody is parked where nobody is in turn, who would call him")
    func deserted() {
        let turns = Turns()
        #expect(!turns.park(caller(1), for: question))
        turns.collided(question)
        #expect(!turns.park(caller(1), for: question))
        #expect(turns.enter(question) == .mine)
        #expect(turns.leave(question) == nil)
        #expect(!turns.park(caller(1), for: question))
    }

    @Test("The first who may share goes along; who may not keeps his place")
    func sharing() {
        let turns = Turns(), first = caller(100, mayShare: false), second = caller(200), third = caller(300)
        turns.collided(question)
        #expect(turns.nextToShare(question, before: beginning) == nil && turns.enter(question) == .mine)
        for caller in [first, second, third] { #expect(turns.park(caller, for: question)) }
        #expect(turns.nextToShare(question, before: beginning)?.end == second.end)
        #expect(turns.nextToShare("SELECT 2", before: beginning) == nil)
        #expect(turns.leave(question)?.end == first.end)
        #expect(turns.nextToShare(question, before: beginning)?.end == third.end)
        #expect(turns.nextToShare(question, before: beginning) == nil)
    }

    @Test("Who came after the transaction began, or as it did, is not taken along")
    func later() {
        let turns = Turns(), late = caller(100, after: 0), early = caller(200)
        turns.collided(question)
        #expect(turns.enter(question) == .mine)
        for caller in [late, early] { #expect(turns.park(caller, for: question)) }
        #expect(turns.nextToShare(question, before: beginning)?.end == early.end)
        #expect(turns.nextToShare(question, before: beginning) == nil)
        #expect(turns.nextToShare(question, before: beginning + .nanoseconds(1))?.end == late.end)
    }

    @Test("Who is put back stands before those who came later, and behind those who came earlier")
    func putBack() {
        let turns = Turns(), callers = (1...4).map { caller($0 * 100, after: $0 - 10, mayShare: $0 != 1) }
        #expect(!turns.putBack(callers, for: question))
        turns.collided(question)
        #expect(turns.enter(question) == .mine)
        for caller in callers { #expect(turns.park(caller, for: question)) }
        let taken = (1...2).compactMap { _ in turns.nextToShare(question, before: beginning) }
        #expect(taken.map(\.end) == callers[1...2].map(\.end))
        #expect(turns.putBack(taken, for: question))
        for caller in callers { #expect(turns.leave(question)?.end == caller.end) }
    }

    @Test("After some turns without a collision there are none any more")
    func end() {
        let turns = Turns()
        turns.collided(question)
        for _ in 1..<Turns.afterCollision {
            #expect(turns.enter(question) == .mine)
            _ = turns.leave(question)
        }
        turns.collided(question)
        for _ in 1...Turns.afterCollision {
            #expect(turns.enter(question) == .mine)
            _ = turns.leave(question)
        }
        #expect(turns.enter(question) == .without && turns.count == 0)
    }

    @Test("No more than some are remembered, and none is forgotten that is under way")
    func bound() {
        let turns = Turns()
        turns.collided(question)
        #expect(turns.enter(question) == .mine)
        for number in 1...3000 { turns.collided("SELECT \(number)") }
        #expect(turns.count <= 1001)
        #expect(turns.enter(question) == .taken)
        _ = turns.leave(question)
        #expect(turns.enter(question) == .mine)
    }

    @Test("Those to whom nobody comes are forgotten before those to whom somebody does")
    func cleared() {
        let turns = Turns()
        turns.collided(question)
        for number in 1...3000 {
            if number.isMultiple(of: 100) {
                #expect(turns.enter(question) == .mine)
                _ = turns.leave(question)
                turns.collided(question)
            }
            turns.collided("SELECT \(number)")
        }
        #expect(turns.count <= 1001)
        #expect(turns.enter(question) == .mine)
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
