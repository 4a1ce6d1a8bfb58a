import Logging
import Synchronization
import Testing

@testable import Server

/// Memory is given back after the start, once after each busy spell, and never while requests keep coming.
@Suite struct IdleMemoryTests {
    /// Requests so far, and a look at them each time the service asks.
    private final class Activity: Sendable {
        private let state = Mutex((requests: 0, looks: 0, keepsBusy: false))
        let releases = Atomic<Int>(0)

        func look() -> Int {
            state.withLock { state in
                state.looks += 1
                if state.keepsBusy { state.requests += 1 }
                return state.requests
            }
        }

        func request() { state.withLock { $0.requests += 1 } }
        func keepBusy(_ flag: Bool) { state.withLock { $0.keepsBusy = flag } }

        /// Waits until the service has looked some more times.
        func looks(_ more: Int) async throws {
            let goal = state.withLock { $0.looks } + more
            while state.withLock({ $0.looks }) < goal { try await Task.sleep(for: .milliseconds(1)) }
        }
    }

    private static func watch(_ body: @Sendable @escaping (Activity) async throws -> Void) async throws {
        let activity = Activity()
        let service = IdleMemory(
            settled: .zero, quiet: .milliseconds(1), activity: { activity.look() }, release: { activity.releases.add(1, ordering: .relaxed) },
            logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            try await activity.looks(2)
            #expect(activity.releases.exchange(0, ordering: .relaxed) == 1)
            try await body(activity)
            group.cancelAll()
        }
    }

    @Test func onceAfterEachSpell() async throws {
        try await Self.watch { activity in
            try await activity.looks(5)
            #expect(activity.releases.load(ordering: .relaxed) == 0)
            for spell in 1...2 {
                activity.request()
                try await activity.looks(6)
                #expect(activity.releases.load(ordering: .relaxed) == spell)
            }
        }
    }

    @Test func neverWhileRequestsCome() async throws {
        try await Self.watch { activity in
            activity.keepBusy(true)
            try await activity.looks(10)
            #expect(activity.releases.load(ordering: .relaxed) == 0)
            activity.keepBusy(false)
            try await activity.looks(6)
            #expect(activity.releases.load(ordering: .relaxed) == 1)
        }
    }
}
