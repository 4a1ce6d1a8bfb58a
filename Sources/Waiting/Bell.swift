import Synchronization

/// Wakes a task that waits for work. Rung while nobody listens, it is heard by the next who does; several such rings are one. What is to be done
/// stands elsewhere, so a ring that nobody hears loses nothing.
public final class Bell: Sendable {
    private struct State {
        var isRung = false
        /// In the order they came.
        var listeners: [Wait<Bool>] = []
    }

    private let state = Mutex(State())

    public init() {}

    /// Wakes one who listens.
    public func ring() {
        let listener = state.withLock { state -> Wait<Bool>? in
            guard !state.listeners.isEmpty else {
                state.isRung = true
                return nil
            }
            return state.listeners.removeFirst()
        }
        listener?.end(true)
    }

    /// Waits for a ring.
    /// - Parameter limit: nil for as long as it takes.
    /// - Returns: false when the time was over or the task cancelled first; a ring is then left for the next.
    @discardableResult
    public func rung(within limit: Duration? = nil) async -> Bool {
        if Task.isCancelled { return false }
        let listener = state.withLock { state -> Wait<Bool>? in
            if state.isRung {
                state.isRung = false
                return nil
            }
            let listener = Wait<Bool>()
            state.listeners.append(listener)
            return listener
        }
        guard let listener else { return true }
        return await listener.outcome(within: limit) { [self] in
            if state.withLock({ $0.listeners.take(listener) }) { listener.end(false) }
        }
    }
}
