import Synchronization

/// Whether the database can be reached, for all connections together: when one of them has just found that it cannot, the others do not
/// spend their time on finding out too.
final class Reachability: Sendable {
    private struct State {
        var reason: String?
        var until = ContinuousClock.now
        var fullUntil = ContinuousClock.now
        var isClosing = false
    }

    /// How long nobody tries.
    private static let pause = Duration.milliseconds(500)
    /// How long a disk is taken for full that was found so. Only a change of rows finds it out, and who is told that there is no room sends none.
    private static let fullPause = Duration.seconds(10)

    private let state = Mutex(State())

    /// How often something was sent and answered.
    let trips = Atomic<Int>(0)

    func note(_ reason: String) {
        state.withLock { state in
            state.reason = reason
            state.until = .now + Self.pause
        }
    }

    func connected() { state.withLock { $0.reason = nil } }

    func noteFull() { state.withLock { $0.fullUntil = .now + Self.fullPause } }

    var isFull: Bool { state.withLock { $0.fullUntil > .now } }

    /// Nobody waits for the database to come back from here on.
    func close() { state.withLock { $0.isClosing = true } }

    var isClosing: Bool { state.withLock { $0.isClosing } }

    /// Why nobody is to try now.
    var refusal: String? { state.withLock { $0.until > .now ? $0.reason : nil } }
}
