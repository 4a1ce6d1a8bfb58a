/// A clock that stands still until a test turns it. Who sleeps by it wakes when it is turned far enough.
public final class SteppedClock: Clock {
    public struct Instant: InstantProtocol {
        let passed: Duration

        public func advanced(by duration: Duration) -> Instant { Instant(passed: passed + duration) }
        public func duration(to other: Instant) -> Duration { other.passed - passed }
        public static func < (first: Instant, second: Instant) -> Bool { first.passed < second.passed }
    }

    private struct Sleeper {
        let id: UInt64
        let deadline: Instant
        let wake: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(passed: .zero)
        var sleepers: [Sleeper] = []
        var lastID: UInt64 = 0
        /// Cancelled before they slept.
        var cancelled: Set<UInt64> = []
    }

    private let state = Locked(State())

    public init() {}

    public var now: Instant { state.withLockedValue(\.now) }
    public var minimumResolution: Duration { .nanoseconds(1) }

    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLockedValue { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLockedValue { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers.append(Sleeper(id: id, deadline: deadline, wake: continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper = state.withLockedValue { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.wake.resume(throwing: CancellationError())
        }
    }

    public func advance(by duration: Duration) {
        let woken = state.withLockedValue { state in
            state.now = state.now.advanced(by: duration)
            let now = state.now
            defer { state.sleepers.removeAll { $0.deadline <= now } }
            return state.sleepers.filter { $0.deadline <= now }
        }
        for sleeper in woken { sleeper.wake.resume() }
    }

    /// Waits until somebody sleeps who has so long to go, and wakes him.
    public func pass(_ range: ClosedRange<Duration>, within limit: Duration = .seconds(60)) async throws {
        let clock = ContinuousClock(), end = clock.now + limit
        while true {
            let left = state.withLockedValue { state in state.sleepers.map { state.now.duration(to: $0.deadline) }.first { range.contains($0) } }
            if let left { return advance(by: left) }
            if clock.now > end { throw TestPhone.TimedOut(what: "somebody who sleeps for \(range)") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
