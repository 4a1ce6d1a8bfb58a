import Synchronization

/// Makes a thing once, however many ask for it meanwhile.
///
/// It is made in a task that belongs to the flight and not to who asked first, so that those who come and go do not make it begin anew. When
/// the last of them has left, it is stopped; one that was waited for as long as only long work takes goes on without them, so that who asks
/// again finds it further on, or done. `close` waits for what is under way.
public final class SingleFlight<Value: Sendable>: Sendable {
    /// What may go on although nobody waits for it.
    public struct Leftovers: Sendable {
        /// How long it must have been made.
        public var after: Duration
        /// How many at once.
        public var most: Int
        /// The same of one account.
        public var mostOfOne: Int

        public init(after: Duration, most: Int, mostOfOne: Int) {
            self.after = after
            self.most = most
            self.mostOfOne = mostOfOne
        }

        /// Nothing goes on without anybody.
        public static var none: Leftovers { Leftovers(after: .zero, most: 0, mostOfOne: 0) }
    }

    private enum Outcome: Sendable {
        case landed(Value)
        case failed(any Error)
        /// It was stopped, or this one stopped waiting.
        case abandoned
    }

    private struct Flight {
        let account: String
        let begun: ContinuousClock.Instant
        let task: Task<Void, Never>
        var followers: [Wait<Outcome>] = []
        var isStopped = false

        /// Whether it goes on without anybody.
        var isLeft: Bool { followers.isEmpty && !isStopped }
    }

    private struct State {
        var flights: [String: Flight] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let leftovers: Leftovers
    private let closed: any Error

    /// - Parameter closed: what who comes after `close` is told.
    public init(_ leftovers: Leftovers, closed: any Error = CancellationError()) {
        self.leftovers = leftovers
        self.closed = closed
    }

    /// Whether `name` is being made now.
    public func isFlying(_ name: String) -> Bool { state.withLock { $0.flights[name] != nil } }

    /// How many wait for `name` now.
    public func waiting(for name: String) -> Int { state.withLock { $0.flights[name]?.followers.count ?? 0 } }

    /// - Parameter account: whose share of what may go on by itself it is.
    /// - Throws: what `make` throws, `CancellationError`, `closed`.
    public func value(for name: String, of account: String = "", make: @escaping @Sendable () async throws -> Value) async throws -> Value {
        while true {
            try Task.checkCancellation()
            let follower = Wait<Outcome>()
            try join(name, account, follower, make)
            switch await follower.outcome(givingUp: { self.leave(name, follower) }) {
            case .landed(let value): return value
            case .failed(let error): throw error
            case .abandoned: continue
            }
        }
    }

    /// Stops what goes on without anybody, because nobody can ask for it any more.
    public func dropLeftovers(where isMeant: (String) -> Bool) {
        let tasks = state.withLock { state in
            state.flights.keys.filter(isMeant).compactMap { name -> Task<Void, Never>? in
                guard state.flights[name]?.isLeft == true else { return nil }
                state.flights[name]?.isStopped = true
                return state.flights[name]?.task
            }
        }
        for task in tasks { task.cancel() }
    }

    /// Refuses whoever comes, and returns once nothing is made any more: something else has to stop it.
    public func close() async {
        let tasks = state.withLock { state in
            state.isClosed = true
            return state.flights.values.map(\.task)
        }
        for task in tasks { await task.value }
    }

    /// `name` begins to be made if it is not yet.
    private func join(_ name: String, _ account: String, _ follower: Wait<Outcome>, _ make: @escaping @Sendable () async throws -> Value) throws {
        try state.withLock { state in
            if state.isClosed { throw closed }
            var flight = state.flights[name] ?? Flight(account: account, begun: .now, task: Task { await self.fly(name, make) })
            flight.followers.append(follower)
            state.flights[name] = flight
        }
    }

    private func fly(_ name: String, _ make: () async throws -> Value) async {
        let outcome: Outcome
        do {
            outcome = .landed(try await make())
        } catch is CancellationError {
            outcome = .abandoned
        } catch {
            outcome = .failed(error)
        }
        for follower in state.withLock({ $0.flights.removeValue(forKey: name)?.followers ?? [] }) { follower.end(outcome) }
    }

    private func leave(_ name: String, _ follower: Wait<Outcome>) {
        let (isGone, task) = state.withLock { state -> (Bool, Task<Void, Never>?) in
            guard var flight = state.flights[name], flight.followers.contains(where: { $0 === follower }) else { return (false, nil) }
            // The last follower stops the task and waits for its end, so that nothing of it runs on when he has left.
            let stops = flight.followers.count == 1 && !flight.isStopped && !mayGoOn(flight, state)
            if stops { flight.isStopped = true }
            let isGone = !stops && flight.followers.take(follower)
            state.flights[name] = flight
            return (isGone, stops ? flight.task : nil)
        }
        task?.cancel()
        if isGone { follower.end(.abandoned) }
    }

    private func mayGoOn(_ flight: Flight, _ state: State) -> Bool {
        guard ContinuousClock.now - flight.begun >= leftovers.after else { return false }
        let left = state.flights.values.filter(\.isLeft)
        return left.count < leftovers.most && left.count { $0.account == flight.account } < leftovers.mostOfOne
    }
}
