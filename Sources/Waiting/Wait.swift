import Synchronization

/// Something waited for that comes once. Whatever ends it ends it for good, and those who begin to wait only then are not too late: no wake-up
/// is lost, and nobody is woken twice.
///
/// Whoever keeps a list of waits under a lock takes a wait from it under that lock, and ends it afterwards. Who has taken it alone decides how it
/// ends.
public final class Wait<Outcome: Sendable>: Sendable {
    private enum State {
        case open([CheckedContinuation<Outcome, Never>])
        case ended(Outcome)
    }

    private let state = Mutex(State.open([]))

    public init() {}

    /// - Returns: false when it had ended before, which stays as it was.
    @discardableResult
    public func end(_ outcome: Outcome) -> Bool {
        let sleepers = state.withLock { state -> [CheckedContinuation<Outcome, Never>]? in
            guard case .open(let sleepers) = state else { return nil }
            state = .ended(outcome)
            return sleepers
        }
        for sleeper in sleepers ?? [] { sleeper.resume(returning: outcome) }
        return sleepers != nil
    }

    /// Waits until it is ended, whether the task is cancelled or not.
    public func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Outcome? in
                switch state {
                case .ended(let outcome): return outcome
                case .open(let sleepers):
                    state = .open(sleepers + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Waits until it is ended.
    /// - Parameters:
    ///   - limit: nil for as long as it takes.
    ///   - givingUp: called when the time is over and when the task is cancelled, perhaps twice and perhaps too late. It ends the wait, unless
    ///     somebody else is about to.
    public func outcome(within limit: Duration? = nil, givingUp: @escaping @Sendable () -> Void) async -> Outcome {
        await withTaskCancellationHandler {
            guard let limit else { return await outcome() }
            return await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await Task.sleep(for: limit)
                    } catch {
                        return
                    }
                    givingUp()
                }
                defer { group.cancelAll() }
                return await outcome()
            }
        } onCancel: {
            givingUp()
        }
    }
}

extension Array {
    /// - Returns: false when somebody else has taken it.
    mutating func take<Outcome>(_ wait: Wait<Outcome>) -> Bool where Element == Wait<Outcome> {
        guard let index = firstIndex(where: { $0 === wait }) else { return false }
        remove(at: index)
        return true
    }
}
