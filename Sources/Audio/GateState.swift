import DequeModule
import Dispatch
import Waiting

/// The conversions that have a place, and those that wait for one.
struct GateState {
    struct Waiter {
        enum Whom {
            /// One that has yet to begin.
            case task(Wait<Result<Void, any Error>>)
            /// One that has begun and gave its place up.
            case thread(DispatchSemaphore)
        }

        let id: Int
        let whom: Whom

        func wake(_ error: (any Error)? = nil) {
            switch whom {
            case .task(let wait): wait.end(error.map { .failure($0) } ?? .success(()))
            case .thread(let awake): awake.signal()
            }
        }

        fileprivate var isPaused: Bool { if case .thread = whom { true } else { false } }
    }

    private struct Queue {
        let account: String
        var waiters: Deque<Waiter> = []
    }

    var free: Int
    var nextID = 0
    var isClosed = false
    /// The conversions that have a place.
    private(set) var holders: Set<Int> = []
    private(set) var paused = 0
    /// Of accounts that wait, by when they were served last.
    private var queues: [Queue] = []
    /// Of accounts that have any.
    private var places: [String: Int] = [:]

    init(free: Int) { self.free = free }

    var waiting: Int { queues.reduce(0) { $0 + $1.waiters.count } }

    func waiting(of account: String) -> Int { queues.first { $0.account == account }?.waiters.count ?? 0 }

    mutating func enqueue(_ waiter: Waiter, of account: String) {
        if let index = queues.firstIndex(where: { $0.account == account }) {
            queues[index].waiters.append(waiter)
        } else {
            queues.append(Queue(account: account, waiters: [waiter]))
        }
    }

    /// Goes on before the account begins anything else.
    mutating func pause(_ waiter: Waiter, of account: String) {
        paused += 1
        var queue = queues.firstIndex { $0.account == account }.map { queues.remove(at: $0) } ?? Queue(account: account)
        queue.waiters.prepend(waiter)
        queues.append(queue)
    }

    mutating func grant(_ id: Int, to account: String) {
        holders.insert(id)
        places[account, default: 0] += 1
    }

    /// - Returns: false for one that has no place.
    @discardableResult
    mutating func giveBack(_ id: Int, of account: String) -> Bool {
        guard holders.remove(id) != nil else { return false }
        places[account, default: 1] -= 1
        if places[account] == 0 { places[account] = nil }
        return true
    }

    /// The next one that waits; the place is taken for it.
    /// - Parameter account: only of an account that has fewer places than this one.
    mutating func next(before account: String? = nil) -> Waiter? {
        guard let index = queues.indices.min(by: { places(of: queues[$0].account) < places(of: queues[$1].account) }) else { return nil }
        if let account, places(of: queues[index].account) >= places(of: account) { return nil }
        var queue = queues.remove(at: index)
        let waiter = queue.waiters.removeFirst()
        if !queue.waiters.isEmpty { queues.append(queue) }
        if waiter.isPaused { paused -= 1 }
        grant(waiter.id, to: queue.account)
        return waiter
    }

    private func places(of account: String) -> Int { places[account, default: 0] }

    mutating func remove(_ id: Int) -> Waiter? {
        for index in queues.indices {
            guard let place = queues[index].waiters.firstIndex(where: { $0.id == id }) else { continue }
            let waiter = queues[index].waiters.remove(at: place)
            if queues[index].waiters.isEmpty { queues.remove(at: index) }
            if waiter.isPaused { paused -= 1 }
            return waiter
        }
        return nil
    }

    mutating func removeAll() -> [Waiter] {
        let waiters = queues.flatMap(\.waiters)
        (queues, paused) = ([], 0)
        return waiters
    }
}
