import NIOConcurrencyHelpers

/// The order in which attempts that share something have come, so that those at once can be judged as if one had come after the other.
final class AttemptOrder: Sendable {
    private struct Waiter {
        let ticket: Int
        let keys: [String]
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var nextTicket = 0
        /// Tickets of what is under way, oldest first.
        var underWay: [String: [Int]] = [:]
        var waiting: [Waiter] = []

        func isFirst(_ ticket: Int, _ keys: [String]) -> Bool {
            keys.allSatisfy { (underWay[$0]?.first ?? ticket) >= ticket }
        }
    }

    private let state = NIOLockedValueBox(State())

    /// Whoever enters has to leave.
    /// - Returns: his ticket.
    func enter(_ keys: [String]) -> Int {
        state.withLockedValue { state in
            let ticket = state.nextTicket
            state.nextTicket += 1
            for key in keys { state.underWay[key, default: []].append(ticket) }
            return ticket
        }
    }

    /// Waits until all have left that share a key and came before. They wait for nobody who came later, so this ends.
    func waitForEarlier(_ ticket: Int, _ keys: [String]) async {
        await withCheckedContinuation { continuation in
            let isFirst = state.withLockedValue { state in
                let isFirst = state.isFirst(ticket, keys)
                if !isFirst { state.waiting.append(Waiter(ticket: ticket, keys: keys, continuation: continuation)) }
                return isFirst
            }
            if isFirst { continuation.resume() }
        }
    }

    func leave(_ ticket: Int, _ keys: [String]) {
        let free = state.withLockedValue { state in
            for key in keys {
                state.underWay[key]?.removeAll { $0 == ticket }
                if state.underWay[key]?.isEmpty == true { state.underWay[key] = nil }
            }
            let free = state.waiting.filter { state.isFirst($0.ticket, $0.keys) }
            if !free.isEmpty { state.waiting.removeAll { waiter in free.contains { $0.ticket == waiter.ticket } } }
            return free
        }
        for waiter in free { waiter.continuation.resume() }
    }
}
