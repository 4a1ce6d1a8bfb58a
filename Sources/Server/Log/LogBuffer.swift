import Dispatch
import Foundation
import NIOConcurrencyHelpers

/// Lines on their way to where the log goes, which go there together: one by one, they would be where the threads of all requests meet. What cannot wait
/// goes at once, with all that came before it.
public final class LogBuffer: Sendable {
    /// A line waits so long for others at most. A process that is killed takes what waits with it.
    public static let patience = 0.02
    /// Bytes that wait; whoever brings more writes them.
    static let most = 65_536

    private struct State {
        var waiting = ""
        var isClosed = false
    }

    /// Not a `Mutex`, for the reason that `WorkerThreads` gives.
    private let state = NIOLockedValueBox(State())
    /// Held by who writes, so that lines keep their order.
    private let turn = NIOLock()
    private let arrivals = DispatchSemaphore(value: 0)
    private let write: @Sendable (String) -> Void

    /// - Parameter write: writes lines, each with its end. It may wait.
    public init(write: @escaping @Sendable (String) -> Void) {
        self.write = write
        let thread = Thread { [weak self, arrivals] in
            while true {
                arrivals.wait()
                Thread.sleep(forTimeInterval: Self.patience)
                guard let self, self.isOpen else { return }
                self.flush()
            }
        }
        thread.name = "log"
        thread.start()
    }

    deinit { arrivals.signal() }

    private var isOpen: Bool { !state.withLockedValue(\.isClosed) }

    /// - Parameters:
    ///   - line: with its end.
    ///   - isUrgent: whether it is written when this returns.
    public func add(_ line: String, isUrgent: Bool) {
        let (isFirst, isDue) = state.withLockedValue { state in
            let isFirst = state.waiting.isEmpty
            state.waiting += line
            return (isFirst, isUrgent || state.isClosed || state.waiting.utf8.count >= Self.most)
        }
        if isDue { flush() } else if isFirst { arrivals.signal() }
    }

    /// Writes what waits.
    public func flush() {
        turn.withLock {
            let lines = state.withLockedValue { state in
                defer { state.waiting = "" }
                return state.waiting
            }
            if !lines.isEmpty { write(lines) }
        }
    }

    /// Writes what waits, and from now on each line at once.
    public func close() {
        state.withLockedValue { $0.isClosed = true }
        flush()
        arrivals.signal()
    }
}
