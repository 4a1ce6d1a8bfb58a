import Dispatch
import Synchronization
import Voicemail
import Waiting

/// Lets a bounded number of conversions run at once; the others wait their turn.
///
/// Those of one account wait in the order they came. A free place goes to the account that has the fewest places now, and among such
/// to the one that has waited longest for its last. A conversion that runs gives its place up between two pieces of its work to an account
/// that has fewer: a thousand conversions of one account hold up another's by a piece.
final class ConversionGate: Sendable {
    /// The right to a place, which its conversion may give up for a while.
    final class Turn: Sendable {
        let account: String
        fileprivate let id: Int
        let cancellation: StopSignal
        /// Wakes the thread that paused.
        fileprivate let awake = DispatchSemaphore(value: 0)
        private let gate: ConversionGate

        fileprivate init(_ gate: ConversionGate, account: String, id: Int, cancellation: StopSignal) {
            self.gate = gate
            self.account = account
            self.id = id
            self.cancellation = cancellation
        }

        /// Lets an account that waits and has fewer places go first, and returns when it is this one's turn again. Called on the conversion's
        /// own thread, which waits meanwhile.
        /// - Returns: false when the turn has ended: nobody wants the result any more, or the gate is closed.
        func pause() -> Bool { gate.pause(self) }

        /// Ends a pause, because nobody wants the result any more.
        func cancel() {
            cancellation.stop()
            gate.abandon(id)
        }
    }

    private let state: Mutex<GateState>
    private let mostWaiting: Int
    private let mostWaitingOfOne: Int
    private let mostPaused: Int

    /// - Parameters:
    ///   - mostWaiting: of all accounts.
    ///   - mostWaitingOfOne: of one account; nil for no bound of its own.
    ///   - mostPaused: conversions that have begun and given their place up; each holds a thread.
    init(limit: Int, mostWaiting: Int, mostWaitingOfOne: Int? = nil, mostPaused: Int = 0) {
        state = Mutex(GateState(free: limit))
        self.mostWaiting = mostWaiting
        self.mostWaitingOfOne = mostWaitingOfOne ?? mostWaiting
        self.mostPaused = mostPaused
    }

    /// How many wait for their turn now, those who paused included.
    var waiting: Int { state.withLock { $0.waiting } }

    /// Whether whoever comes now has to wait.
    var isFull: Bool { state.withLock { $0.free == 0 } }

    /// Whether some who have begun wait for others now.
    var isPaused: Bool { state.withLock { $0.paused > 0 } }

    /// Runs `body` when it is its turn.
    /// - Throws: `CancellationError` when cancelled while waiting, `AudioError.overloaded` when too many wait, `.failed` when the gate
    ///   is closed, what `body` throws.
    func withTurn<Result: Sendable>(for account: String = "", _ body: (Turn) async throws -> Result) async throws -> Result {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await enter(account, id)
        let turn = Turn(self, account: account, id: id, cancellation: StopSignal())
        defer { leave(turn) }
        return try await body(turn)
    }

    /// Refuses whoever waits and whoever comes.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.removeAll()
        }
        for waiter in waiters { waiter.wake(AudioError.shutDown) }
    }

    private enum Entry {
        case granted, queued, refused(any Error)
    }

    private func enter(_ account: String, _ id: Int) async throws {
        let wait = Wait<Result<Void, any Error>>()
        switch state.withLock({ admit(GateState.Waiter(id: id, whom: .task(wait)), of: account, &$0) }) {
        case .granted: return
        case .queued: try await wait.outcome { [self] in abandon(id) }.get()
        case .refused(let error): throw error
        }
    }

    private func abandon(_ id: Int) { state.withLock { $0.remove(id) }?.wake(CancellationError()) }

    private func admit(_ waiter: GateState.Waiter, of account: String, _ state: inout GateState) -> Entry {
        if Task.isCancelled { return .refused(CancellationError()) }
        if state.isClosed { return .refused(AudioError.shutDown) }
        if state.free > 0 {
            state.free -= 1
            state.grant(waiter.id, to: account)
            return .granted
        }
        guard state.waiting < mostWaiting, state.waiting(of: account) < mostWaitingOfOne else {
            return .refused(AudioError.overloaded("too many conversions are waiting"))
        }
        state.enqueue(waiter, of: account)
        return .queued
    }

    private func pause(_ turn: Turn) -> Bool {
        let next = state.withLock { state -> GateState.Waiter? in
            // Under the lock, so that a cancellation is either seen here or finds the pause in the queue.
            guard !state.isClosed, !turn.cancellation.isStopped, state.paused < mostPaused, let next = state.next(before: turn.account) else { return nil }
            state.giveBack(turn.id, of: turn.account)
            state.pause(GateState.Waiter(id: turn.id, whom: .thread(turn.awake)), of: turn.account)
            return next
        }
        if let next {
            next.wake()
            turn.awake.wait()
        }
        return state.withLock { $0.holders.contains(turn.id) } && !turn.cancellation.isStopped
    }

    /// Hands the turn to whoever is next.
    private func leave(_ turn: Turn) {
        let next = state.withLock { state -> GateState.Waiter? in
            // Whose pause was ended has no place.
            guard state.giveBack(turn.id, of: turn.account) else { return nil }
            let next = state.next()
            if next == nil { state.free += 1 }
            return next
        }
        next?.wake()
    }
}
