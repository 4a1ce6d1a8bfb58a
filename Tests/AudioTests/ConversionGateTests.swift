import NIOPosix
import Testing
import Voicemail

@testable import Audio

@Suite struct ConversionGateTests {
    @Test(arguments: [1, 2, 5])
    func neverMoreAtOnceThanTheLimit(_ limit: Int) async throws {
        let gate = ConversionGate(limit: limit, mostWaiting: 1000)
        let running = Locked((now: 0, most: 0, total: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try await gate.withTurn { _ in
                        running.withLock { state in
                            state.now += 1
                            state.most = max(state.most, state.now)
                        }
                        for _ in 0..<20 { await Task.yield() }
                        running.withLock { state in
                            state.now -= 1
                            state.total += 1
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(running.withLock { $0.most } == limit)
        #expect(running.withLock { $0.total } == 100)
        #expect(gate.waiting == 0)
    }

    @Test func turnsComeInTheOrderOfArrival() async throws {
        let gate = ConversionGate(limit: 1, mostWaiting: 100)
        let door = Door()
        let order = Locked([Int]())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gate.withTurn { _ in await door.pass() } }
            for index in 0..<20 {
                group.addTask {
                    await until { gate.waiting == index }
                    try await gate.withTurn { _ in order.withLock { $0.append(index) } }
                }
                await until { gate.waiting == index + 1 }
            }
            door.open()
            try await group.waitForAll()
        }
        #expect(order.withLock { $0 } == Array(0..<20))
    }

    /// A hundred of one account hold another's up by one turn at most, and with a place free by none.
    @Test(arguments: [1, 2])
    func accountsShareThePlaces(_ places: Int) async throws {
        let gate = ConversionGate(limit: places, mostWaiting: 1000)
        let door = Door()
        let order = Locked([String]())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<places { group.addTask { try await gate.withTurn(for: "a") { _ in await door.pass() } } }
            for count in 1...100 {
                group.addTask { try await gate.withTurn(for: "a") { _ in order.withLock { $0.append("a") } } }
                // Those that hold the places may come last.
                if count == 100 { await until { gate.waiting == 100 } }
            }
            for index in 0..<3 {
                group.addTask { try await gate.withTurn(for: "b") { _ in order.withLock { $0.append("b") } } }
                await until { gate.waiting == 101 + index }
            }
            door.open()
            try await group.waitForAll()
        }
        let turns = order.withLock { $0 }
        #expect(turns.count == 103)
        let last = try #require(turns.lastIndex(of: "b"))
        #expect(last <= 6 + places)
    }

    @Test func oneAccountFillsNotTheWholeQueue() async throws {
        let gate = ConversionGate(limit: 1, mostWaiting: 4, mostWaitingOfOne: 2)
        let door = Door()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let isHeld = Locked(false)
            group.addTask {
                try await gate.withTurn(for: "a") { _ in
                    isHeld.withLock { $0 = true }
                    await door.pass()
                }
            }
            await until { isHeld.withLock { $0 } }
            for (account, waiting) in [("a", 1), ("a", 2), ("b", 3)] {
                group.addTask { try await gate.withTurn(for: account) { _ in } }
                await until { gate.waiting == waiting }
            }
            let refusal = AudioError.overloaded("too many conversions are waiting")
            await #expect(throws: refusal) { try await gate.withTurn(for: "a") { _ in } }
            group.addTask { try await gate.withTurn(for: "b") { _ in } }
            await until { gate.waiting == 4 }
            await #expect(throws: refusal) { try await gate.withTurn(for: "c") { _ in } }
            door.open()
            try await group.waitForAll()
        }
    }

    @Test func whoIsCancelledWhileWaitingLeavesTheQueue() async throws {
        let gate = ConversionGate(limit: 1, mostWaiting: 100)
        let door = Door()
        let holder = Task { try await gate.withTurn { _ in await door.pass() } }
        // The holder has the turn when a second one has to wait.
        let first = Task { try await gate.withTurn { _ in 1 } }
        await until { gate.waiting == 1 }
        let second = Task { try await gate.withTurn { _ in 2 } }
        await until { gate.waiting == 2 }
        first.cancel()
        await until { gate.waiting == 1 }
        door.open()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await second.value == 2)
        try await holder.value
        #expect(try await gate.withTurn { _ in 3 } == 3)
    }

    @Test func whoComesCancelledGetsNoTurn() async throws {
        let gate = ConversionGate(limit: 1, mostWaiting: 100)
        let door = Door()
        let task = Task {
            await door.pass()
            try await gate.withTurn { (_) -> Void in Issue.record("ran") }
        }
        task.cancel()
        door.open()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await gate.withTurn { _ in 1 } == 1)
    }

    @Test func oneMoreThanMayWaitIsRefused() async throws {
        let gate = ConversionGate(limit: 1, mostWaiting: 2)
        let door = Door()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gate.withTurn { _ in await door.pass() } }
            for index in 0..<2 {
                group.addTask { try await gate.withTurn { _ in } }
                await until { gate.waiting == index + 1 || gate.waiting == 2 }
                if index == 0 { await until { gate.waiting == 1 } }
            }
            await #expect(throws: AudioError.overloaded("too many conversions are waiting")) { try await gate.withTurn { _ in } }
            door.open()
            try await group.waitForAll()
        }
        try await gate.withTurn { _ in }
    }

    @Test func aFailureGivesTheTurnBack() async throws {
        let gate = ConversionGate(limit: 1, mostWaiting: 2)
        await #expect(throws: AudioError.undecodable) { try await gate.withTurn { _ in throw AudioError.undecodable } }
        #expect(try await gate.withTurn { _ in 1 } == 1)
    }

    @Test func closingRefusesWhoWaitsAndWhoComes() async throws {
        let gate = ConversionGate(limit: 1, mostWaiting: 10)
        let door = Door()
        let holder = Task {
            try await gate.withTurn { _ in
                await door.pass()
                return 1
            }
        }
        let waiting = Task { try await gate.withTurn { _ in 2 } }
        await until { gate.waiting == 1 }
        gate.close()
        await #expect(throws: AudioError.shutDown) { try await waiting.value }
        await #expect(throws: AudioError.shutDown) { try await gate.withTurn { _ in } }
        door.open()
        #expect(try await holder.value == 1)
    }

    /// Between two pieces of its work a conversion gives its place to an account that has fewer, and gets it back.
    @Test func whatRunsGivesItsPlaceUp() async throws {
        let gate = ConversionGate(limit: 1, mostWaiting: 10, mostPaused: 1)
        let isServed = Locked(false), pauses = Locked(0)
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await gate.withTurn(for: "a") { turn in
                    try await thread.runIfActive {
                        while !isServed.withLock({ $0 }) { #expect(turn.pause()) }
                        // The next of its own account goes after it.
                        #expect(turn.pause() && gate.waiting == 1)
                    }
                }
            }
            await until { gate.isFull }
            group.addTask { try await gate.withTurn(for: "a") { _ in #expect(isServed.withLock { $0 }) } }
            await until { gate.waiting == 1 }
            try await gate.withTurn(for: "b") { _ in
                #expect(gate.waiting == 2)
                isServed.withLock { $0 = true }
                pauses.withLock { $0 += 1 }
            }
            try await group.waitForAll()
        }
        #expect(pauses.withLock { $0 } == 1 && gate.waiting == 0)
        try await thread.shutdownGracefully()
    }

    /// Whose result nobody wants any more does not wait for its turn to end.
    @Test func aPauseEndsWhenCancelled() async throws {
        let gate = ConversionGate(limit: 1, mostWaiting: 10, mostPaused: 1)
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let door = Door()
        let paused = Task {
            try await gate.withTurn(for: "a") { turn in
                try await withTaskCancellationHandler {
                    try await thread.runIfActive { while turn.pause() {} }
                } onCancel: {
                    turn.cancel()
                }
            }
        }
        await until { gate.isFull }
        let other = Task { try await gate.withTurn(for: "b") { _ in await door.pass() } }
        await until { gate.waiting == 1 && gate.isPaused }
        paused.cancel()
        try await paused.value
        #expect(gate.waiting == 0)
        door.open()
        try await other.value
        #expect(try await gate.withTurn { _ in 1 } == 1)
        // The place was given back once.
        #expect(!gate.isFull)
        try await thread.shutdownGracefully()
    }

    /// Each that pauses holds a thread.
    @Test func noMorePauseThanMay() async throws {
        let gate = ConversionGate(limit: 1, mostWaiting: 10)
        let door = Door()
        try await gate.withTurn(for: "a") { turn in
            let other = Task { try await gate.withTurn(for: "b") { _ in await door.pass() } }
            await until { gate.waiting == 1 }
            #expect(turn.pause() && gate.waiting == 1)
            other.cancel()
            _ = await other.result
        }
    }
}
