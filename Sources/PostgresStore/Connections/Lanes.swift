import Dispatch
import Foundation
import NIOConcurrencyHelpers
import Synchronization

/// A fixed number of connections. Whoever may wait uses one where he is; for all others one of as many threads does it. Callers beyond that wait in
/// order.
final class Lanes: Sendable {
    /// Told whether it has waited too long; it fails then.
    typealias Job = @Sendable (Session, _ isTooLate: Bool) -> Void

    /// Held by one at a time, so that its lock is never waited for.
    private final class Seat: Sendable {
        let session: Mutex<Session>

        init(_ session: sending Session) { self.session = Mutex(session) }
    }

    private struct Waiting {
        let job: Job
        let end: ContinuousClock.Instant
    }

    private struct State {
        /// The one used last is at the end, and is used next.
        var idle: [Seat]
        /// As long as a seat is idle, nobody waits for one.
        var waiting: [Waiting] = []
        /// What has a seat, and waits for a thread.
        var ready: [(seat: Seat, job: Waiting)] = []
        var dismissed = 0
        var isClosed = false
    }

    /// Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let state: NIOLockedValueBox<State>
    /// Counts what is ready.
    private let wake = DispatchSemaphore(value: 0)
    private let running = DispatchGroup()
    private let count: Int
    private let patience: Duration

    init(_ name: String, count: Int, patience: Duration, make: () -> sending Session) {
        self.count = max(1, count)
        self.patience = patience
        state = NIOLockedValueBox(State(idle: (0..<self.count).map { _ in Seat(make()) }))
        for number in 1...self.count {
            running.enter()
            let thread = Thread { [self] in
                work()
                running.leave()
            }
            thread.name = "\(name)-\(number)"
            thread.start()
        }
    }

    /// - Returns: false when all is closed: the job is not run then.
    func enqueue(_ job: @escaping Job) -> Bool {
        let waiting = Waiting(job: job, end: .now + patience)
        let (isOpen, isReady) = state.withLockedValue { state in
            guard !state.isClosed else { return (false, false) }
            guard let seat = state.idle.popLast() else {
                state.waiting.append(waiting)
                return (true, false)
            }
            state.ready.append((seat, waiting))
            return (true, true)
        }
        if isReady { wake.signal() }
        return isOpen
    }

    /// Runs `body` on the calling thread, which must be one that may wait.
    /// - Returns: nil when every connection is in use, or all is closed; nothing was run then.
    func runHere<Value: Sendable>(_ body: @Sendable (Session) -> Value) -> Value? {
        guard let seat = state.withLockedValue({ $0.idle.popLast() }) else { return nil }
        let value = seat.session.withLock { body($0) }
        giveBack(seat)
        return value
    }

    /// Ends once what waits has been done. Blocks.
    func close() {
        let idle = state.withLockedValue { state in
            defer { state.idle = [] }
            state.isClosed = true
            return state.idle
        }
        for seat in idle { dismiss(seat) }
        running.wait()
    }

    private func work() {
        while true {
            wake.wait()
            guard let (seat, first) = state.withLockedValue({ state in state.ready.isEmpty ? nil : state.ready.removeFirst() }) else { return }
            var next: Waiting? = first
            while let waiting = next {
                seat.session.withLock { waiting.job($0, .now > waiting.end) }
                next = state.withLockedValue { state in state.waiting.isEmpty ? nil : state.waiting.removeFirst() }
            }
            giveBack(seat)
        }
    }

    private enum Outcome { case idle, taken, dismissed }

    private func giveBack(_ seat: Seat) {
        let outcome = state.withLockedValue { state -> Outcome in
            if !state.waiting.isEmpty {
                state.ready.append((seat, state.waiting.removeFirst()))
                return .taken
            }
            if state.isClosed { return .dismissed }
            state.idle.append(seat)
            return .idle
        }
        switch outcome {
        case .idle: break
        case .taken: wake.signal()
        case .dismissed: dismiss(seat)
        }
    }

    /// Lets a connection go. The last one lets the threads go, for which nothing is ready then.
    private func dismiss(_ seat: Seat) {
        seat.session.withLock { $0.disconnect() }
        let isLast = state.withLockedValue { state in
            state.dismissed += 1
            return state.dismissed == count
        }
        if isLast { for _ in 0..<count { wake.signal() } }
    }
}
