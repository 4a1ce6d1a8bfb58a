import Synchronization

/// The order in which those have come that share something, named by keys: turns by key, or the means to judge what happens at once as if one had
/// come after the other.
public final class ArrivalOrder<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var nextTicket = 0
        /// Tickets of what is under way, oldest first.
        var underWay: [Key: [Int]] = [:]
        /// By ticket.
        var waiting: [Int: (keys: [Key], wait: Wait<Bool>)] = [:]

        func isFirst(_ ticket: Int, _ keys: [Key]) -> Bool {
            keys.allSatisfy { (underWay[$0]?.first ?? ticket) >= ticket }
        }

        mutating func enter(_ keys: [Key]) -> Int {
            let ticket = nextTicket
            nextTicket += 1
            for key in keys { underWay[key, default: []].append(ticket) }
            return ticket
        }

        mutating func leave(_ ticket: Int, _ keys: [Key]) -> [Wait<Bool>] {
            for key in keys {
                underWay[key]?.removeAll { $0 == ticket }
                if underWay[key]?.isEmpty == true { underWay[key] = nil }
            }
            // No other waiter can have become the first under all of its keys.
            return keys.compactMap { key in
                guard let next = underWay[key]?.first, let waiter = waiting[next], isFirst(next, waiter.keys) else { return nil }
                waiting[next] = nil
                return waiter.wait
            }
        }
    }

    private let state = Mutex(State())

    public init() {}

    /// Each call that enters has to leave.
    /// - Returns: his ticket.
    public func enter(_ keys: [Key]) -> Int { state.withLock { $0.enter(keys) } }

    /// Enters if nobody is there who shares a key.
    /// - Returns: his ticket.
    public func enterIfFree(_ keys: [Key]) -> Int? {
        state.withLock { state in
            keys.allSatisfy { state.underWay[$0] == nil } ? state.enter(keys) : nil
        }
    }

    /// Waits until all have left that share a key and came before, whether the task is cancelled or not. They wait for nobody who came later, so
    /// this ends.
    public func waitForEarlier(_ ticket: Int, _ keys: [Key]) async { _ = await wait(ticket, keys)?.outcome() }

    /// Waits until all have left that share a key and came before.
    /// - Returns: false when the time was over or the task cancelled first. He still has to leave.
    public func waitForEarlier(_ ticket: Int, _ keys: [Key], within limit: Duration) async -> Bool {
        guard let wait = wait(ticket, keys) else { return true }
        return await wait.outcome(within: limit) { [self] in
            if state.withLock({ $0.waiting.removeValue(forKey: ticket) }) != nil { wait.end(false) }
        }
    }

    public func leave(_ ticket: Int, _ keys: [Key]) {
        for wait in state.withLock({ $0.leave(ticket, keys) }) { wait.end(true) }
    }

    /// How many wait.
    public func waiting(for key: Key) -> Int {
        state.withLock { state in state.waiting.values.count { $0.keys.contains(key) } }
    }

    /// - Returns: nil for whom there is nobody to wait for.
    private func wait(_ ticket: Int, _ keys: [Key]) -> Wait<Bool>? {
        state.withLock { state in
            if state.isFirst(ticket, keys) { return nil }
            let wait = Wait<Bool>()
            state.waiting[ticket] = (keys, wait)
            return wait
        }
    }
}
