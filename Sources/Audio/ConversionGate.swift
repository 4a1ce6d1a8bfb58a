import Synchronization
import Voicemail

/// Lets a bounded number of conversions run at once; the others wait their turn in the order they came.
final class ConversionGate: Sendable {
    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var free: Int
        var waiting: [Waiter] = []
        var nextID = 0
        var isClosed = false
    }

    private let state: Mutex<State>
    private let mostWaiting: Int

    init(limit: Int, mostWaiting: Int) {
        state = Mutex(State(free: limit))
        self.mostWaiting = mostWaiting
    }

    /// How many wait for their turn now.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` when it is its turn.
    /// - Throws: `CancellationError` when cancelled while waiting, `AudioError.overloaded` when too many wait, `.failed` when the gate
    ///   is closed, what `body` throws.
    func withTurn<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await enter()
        defer { leave() }
        return try await body()
    }

    /// Refuses whoever waits and whoever comes.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.continuation.resume(throwing: AudioError.shutDown) }
    }

    private enum Entry {
        case granted, queued, refused(any Error)
    }

    private func enter() async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let entry = state.withLock { state -> Entry in
                    // Under the lock, so that a cancellation is either seen here or finds the waiter in the queue.
                    if Task.isCancelled { return .refused(CancellationError()) }
                    if state.isClosed { return .refused(AudioError.shutDown) }
                    if state.free > 0 {
                        state.free -= 1
                        return .granted
                    }
                    if state.waiting.count >= mostWaiting { return .refused(AudioError.overloaded("too many conversions are waiting")) }
                    state.waiting.append(Waiter(id: id, continuation: continuation))
                    return .queued
                }
                switch entry {
                case .granted: continuation.resume()
                case .queued: break
                case .refused(let error): continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Hands the turn to the first in the queue.
    private func leave() {
        let next = state.withLock { state -> Waiter? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.continuation.resume()
    }
}
