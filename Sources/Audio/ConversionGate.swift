import DequeModule
import Synchronization
import Voicemail

/// Lets a bounded number of conversions run at once; the others wait their turn.
///
/// Those of one account wait in the order they came. A free place goes to the account that has the fewest places now, and among such
/// to the one that has waited longest for its last: a thousand conversions of one account hold up another's by the one under way.
final class ConversionGate: Sendable {
    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Queue {
        let account: String
        var waiters: Deque<Waiter> = []
    }

    private struct State {
        var free: Int
        /// Of accounts that wait, by when they were served last.
        var queues: [Queue] = []
        /// Of accounts that have any.
        var places: [String: Int] = [:]
        var nextID = 0
        var isClosed = false

        var waiting: Int { queues.reduce(0) { $0 + $1.waiters.count } }

        mutating func enqueue(_ waiter: Waiter, of account: String) {
            if let index = queues.firstIndex(where: { $0.account == account }) {
                queues[index].waiters.append(waiter)
            } else {
                queues.append(Queue(account: account, waiters: [waiter]))
            }
        }

        /// Who is next; the place is taken for them.
        mutating func next() -> Waiter? {
            guard let index = queues.indices.min(by: { places[queues[$0].account, default: 0] < places[queues[$1].account, default: 0] })
            else { return nil }
            var queue = queues.remove(at: index)
            let waiter = queue.waiters.removeFirst()
            if !queue.waiters.isEmpty { queues.append(queue) }
            places[queue.account, default: 0] += 1
            return waiter
        }

        mutating func giveBack(of account: String) {
            places[account, default: 1] -= 1
            if places[account] == 0 { places[account] = nil }
        }

        mutating func remove(_ id: Int) -> Waiter? {
            for index in queues.indices {
                guard let place = queues[index].waiters.firstIndex(where: { $0.id == id }) else { continue }
                let waiter = queues[index].waiters.remove(at: place)
                if queues[index].waiters.isEmpty { queues.remove(at: index) }
                return waiter
            }
            return nil
        }
    }

    private let state: Mutex<State>
    private let mostWaiting: Int
    private let mostWaitingOfOne: Int

    /// - Parameters:
    ///   - mostWaiting: of all accounts.
    ///   - mostWaitingOfOne: of one account; nil for no bound of its own.
    init(limit: Int, mostWaiting: Int, mostWaitingOfOne: Int? = nil) {
        state = Mutex(State(free: limit))
        self.mostWaiting = mostWaiting
        self.mostWaitingOfOne = mostWaitingOfOne ?? mostWaiting
    }

    /// How many wait for their turn now.
    var waiting: Int { state.withLock { $0.waiting } }

    /// Runs `body` when it is its turn.
    /// - Throws: `CancellationError` when cancelled while waiting, `AudioError.overloaded` when too many wait, `.failed` when the gate
    ///   is closed, what `body` throws.
    func withTurn<Result: Sendable>(for account: String = "", _ body: () async throws -> Result) async throws -> Result {
        try await enter(account)
        defer { leave(account) }
        return try await body()
    }

    /// Refuses whoever waits and whoever comes.
    func close() {
        let queues = state.withLock { state in
            state.isClosed = true
            defer { state.queues = [] }
            return state.queues
        }
        for queue in queues {
            for waiter in queue.waiters { waiter.continuation.resume(throwing: AudioError.shutDown) }
        }
    }

    private enum Entry {
        case granted, queued, refused(any Error)
    }

    private func enter(_ account: String) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // Under the lock, so that a cancellation is either seen here or finds the waiter in the queue.
                switch state.withLock({ admit(Waiter(id: id, continuation: continuation), of: account, &$0) }) {
                case .granted: continuation.resume()
                case .queued: break
                case .refused(let error): continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            state.withLock { $0.remove(id) }?.continuation.resume(throwing: CancellationError())
        }
    }

    private func admit(_ waiter: Waiter, of account: String, _ state: inout State) -> Entry {
        if Task.isCancelled { return .refused(CancellationError()) }
        if state.isClosed { return .refused(AudioError.shutDown) }
        if state.free > 0 {
            state.free -= 1
            state.places[account, default: 0] += 1
            return .granted
        }
        let own = state.queues.first { $0.account == account }?.waiters.count ?? 0
        guard state.waiting < mostWaiting, own < mostWaitingOfOne else {
            return .refused(AudioError.overloaded("too many conversions are waiting"))
        }
        state.enqueue(waiter, of: account)
        return .queued
    }

    /// Hands the turn to whoever is next.
    private func leave(_ account: String) {
        let next = state.withLock { state -> Waiter? in
            state.giveBack(of: account)
            let next = state.next()
            if next == nil { state.free += 1 }
            return next
        }
        next?.continuation.resume()
    }
}
