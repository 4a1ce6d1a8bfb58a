import Dispatch
import Foundation
import Synchronization

/// A fixed number of connections, each with a thread of its own that makes it, uses it and lets it go; callers beyond that wait in order.
final class Lanes: Sendable {
    /// Told whether it has waited too long, or everything is closed; it fails then.
    typealias Job = @Sendable (Session, _ isTooLate: Bool) -> Void

    private struct Waiting {
        let job: Job
        let end: ContinuousClock.Instant
    }

    private struct State {
        var waiting: [Waiting] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Counts what waits.
    private let wake = DispatchSemaphore(value: 0)
    private let running = DispatchGroup()
    private let count: Int
    private let patience: Duration

    init(_ name: String, count: Int, patience: Duration, make: @escaping @Sendable () -> Session) {
        self.count = count
        self.patience = patience
        for number in 1...max(1, count) {
            running.enter()
            let thread = Thread { [self] in
                work(make())
                running.leave()
            }
            thread.name = "\(name)-\(number)"
            thread.start()
        }
    }

    /// - Returns: false when all is closed: the job is not run then.
    func enqueue(_ job: @escaping Job) -> Bool {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.waiting.append(Waiting(job: job, end: .now + patience)) }
            return !state.isClosed
        }
        if isOpen { wake.signal() }
        return isOpen
    }

    /// Ends once what waits has been done. Blocks.
    func close() {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        if isFirst { for _ in 0..<count { wake.signal() } }
        running.wait()
    }

    private func work(_ session: Session) {
        while true {
            wake.wait()
            let next = state.withLock { state in state.waiting.isEmpty ? nil : state.waiting.removeFirst() }
            guard let next else { return session.disconnect() }
            next.job(session, .now > next.end)
        }
    }
}
