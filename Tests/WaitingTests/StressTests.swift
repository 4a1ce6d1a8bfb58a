import NIOConcurrencyHelpers
import TestKit
import Testing
import Waiting

/// Thousands wait, are woken, give up and run out of time, all at once. What each of them does follows from the seed. Somebody resumed twice
/// ends the program, and somebody who waits for ever runs into the limit of the suite.
@Suite(.timeLimit(.minutes(2))) struct StressTests {
    private static let seeds: [UInt64] = [1, 2, 3]

    /// How long somebody waits.
    private enum Patience: Sendable {
        case endless
        case limited(Duration)
        /// Until it is cancelled.
        case cancelled

        static func any(_ random: inout SeededRandom) -> Patience {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: .endless
            case 1: .limited(.microseconds(Int.random(in: 0..<3000, using: &random)))
            default: .cancelled
            }
        }

        var limit: Duration {
            if case .limited(let limit) = self { limit } else { .seconds(600) }
        }

        var isEndless: Bool { if case .endless = self { true } else { false } }
        var isCancelled: Bool { if case .cancelled = self { true } else { false } }
    }

    /// Cancels tasks a few at a time.
    private func cancel(_ tasks: [Task<Void, Never>], _ random: inout SeededRandom) async {
        for task in tasks.shuffled(using: &random) {
            if Int.random(in: 0..<4, using: &random) == 0 { await Task.yield() }
            task.cancel()
        }
    }

    @Test("Of many who end a wait one does, and whoever waits learns of that one's end, once", arguments: seeds)
    func oneEnd(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        var cancelled: [Task<Void, Never>] = []
        var tasks: [Task<Void, Never>] = []
        let learned = NIOLockedValueBox(0)
        for _ in 0..<1000 {
            let wait = Wait<Int>(), ends = NIOLockedValueBox<[Int]>([]), outcomes = NIOLockedValueBox<[Int]>([])
            let end: @Sendable (Int) -> Void = { outcome in if wait.end(outcome) { ends.withLockedValue { $0.append(outcome) } } }
            let patience = Patience.any(&random)
            let parts: [@Sendable () async -> Void] = [
                { end(1) }, { end(2) },
                { _ = await wait.outcome(within: patience.limit) { end(3) } },
                { _ = await wait.outcome() },
            ]
            let turn = parts.shuffled(using: &random)
            let task = Task {
                await withDiscardingTaskGroup { group in
                    for part in turn {
                        group.addTask {
                            await part()
                            let outcome = await wait.outcome()
                            outcomes.withLockedValue { $0.append(outcome) }
                        }
                    }
                }
                let end = ends.withLockedValue { $0 }
                #expect(end.count == 1 && outcomes.withLockedValue { $0 } == Array(repeating: end.first ?? 0, count: turn.count))
                learned.withLockedValue { $0 += 1 }
            }
            tasks.append(task)
            if patience.isCancelled { cancelled.append(task) }
        }
        await cancel(cancelled, &random)
        for task in tasks { await task.value }
        #expect(learned.withLockedValue { $0 } == tasks.count)
    }

    @Test("Turns come by arrival, to one at a time of each key, and to everybody who does not give up", arguments: seeds)
    func turns(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        let order = ArrivalOrder<Int>(), keys = Array(0..<6)
        let turns = NIOLockedValueBox((present: Set<Int>(), served: [Int: [Int]](), given: Set<Int>()))
        var cancelled: [Task<Void, Never>] = []
        var tasks: [Task<Void, Never>] = []
        var mustBeServed: Set<Int> = []
        let first = order.enter(keys)
        for number in 0..<3000 {
            let mine = Array(keys.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
            let patience = Patience.any(&random), pauses = Int.random(in: 0..<3, using: &random)
            let ticket = order.enter(mine)
            if patience.isEndless { mustBeServed.insert(ticket) }
            let task = Task {
                defer { order.leave(ticket, mine) }
                if patience.isEndless {
                    await order.waitForEarlier(ticket, mine)
                } else {
                    guard await order.waitForEarlier(ticket, mine, within: patience.limit) else { return }
                }
                turns.withLockedValue { turns in
                    #expect(turns.present.isDisjoint(with: mine))
                    turns.present.formUnion(mine)
                    for key in mine { turns.served[key, default: []].append(ticket) }
                    turns.given.insert(ticket)
                }
                for _ in 0..<pauses { await Task.yield() }
                turns.withLockedValue { $0.present.subtract(mine) }
            }
            tasks.append(task)
            if patience.isCancelled { cancelled.append(task) }
            if number == 1500 { order.leave(first, keys) }
        }
        await cancel(cancelled, &random)
        for task in tasks { await task.value }
        let served = turns.withLockedValue { $0.served }
        for key in keys { #expect(served[key] == served[key]?.sorted() && order.waiting(for: key) == 0) }
        #expect(turns.withLockedValue { $0.given }.isSuperset(of: mustBeServed))
        // Nothing is left behind to wait for.
        #expect(order.enterIfFree(keys) != nil && order.enterIfFree(keys) == nil)
    }

    @Test("No ring is lost, whoever gives up", arguments: seeds)
    func rings(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        let bell = Bell(), work = NIOLockedValueBox((left: 0, done: 0)), total = 2000
        let doWork: @Sendable () -> Bool = {
            work.withLockedValue { work in
                work.done += work.left
                work.left = 0
                return work.done == total
            }
        }
        let listen: @Sendable (Duration) async -> Void = { limit in
            // Whoever finds that all is done tells the others.
            if await bell.rung(within: limit), doWork() { bell.ring() }
        }
        let last = Task { while !doWork() { await listen(.seconds(600)) } }
        var cancelled: [Task<Void, Never>] = []
        var tasks: [Task<Void, Never>] = []
        for _ in 0..<total {
            let patience = Patience.any(&random)
            let listener = Task { await listen(patience.limit) }
            tasks.append(listener)
            // Nobody rings for all of them.
            cancelled.append(listener)
            tasks.append(
                Task {
                    work.withLockedValue { $0.left += 1 }
                    bell.ring()
                })
        }
        await cancel(cancelled, &random)
        for task in tasks { await task.value }
        await last.value
        #expect(work.withLockedValue { $0 } == (0, total))
    }

    @Test("One at a time makes a thing, and everybody gets one that was made while he waited", arguments: seeds)
    func flights(seed: UInt64) async {
        struct Broken: Error {}
        struct Made: Sendable { let name: String, number: Int }
        var random = SeededRandom(seed: seed)
        let flight = SingleFlight<Made>(.none), names = ["a", "b", "c", "d", "e"]
        let state = NIOLockedValueBox((flying: Set<String>(), made: [String: Int](), ends: 0))
        var cancelled: [Task<Void, Never>] = []
        var tasks: [Task<Void, Never>] = []
        for _ in 0..<3000 {
            let name = names[Int.random(in: 0..<names.count, using: &random)]
            let pauses = Int.random(in: 0..<5, using: &random), breaks = Int.random(in: 0..<10, using: &random) == 0
            let isCancelled = Bool.random(using: &random)
            let task = Task {
                let before = state.withLockedValue { $0.made[name, default: 0] }
                do {
                    let made = try await flight.value(for: name) {
                        #expect(state.withLockedValue { $0.flying.insert(name).inserted })
                        defer { _ = state.withLockedValue { $0.flying.remove(name) } }
                        for _ in 0..<pauses { await Task.yield() }
                        try Task.checkCancellation()
                        if breaks { throw Broken() }
                        return state.withLockedValue { state in
                            state.made[name, default: 0] += 1
                            return Made(name: name, number: state.made[name, default: 0])
                        }
                    }
                    #expect(made.name == name && made.number > before)
                } catch {
                    #expect(error is Broken || isCancelled)
                }
                state.withLockedValue { $0.ends += 1 }
            }
            tasks.append(task)
            if isCancelled { cancelled.append(task) }
        }
        await cancel(cancelled, &random)
        for task in tasks { await task.value }
        #expect(state.withLockedValue { $0.ends } == tasks.count)
        for name in names { #expect(!flight.isFlying(name) && flight.waiting(for: name) == 0) }
    }
}
