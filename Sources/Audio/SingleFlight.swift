import Synchronization

/// Joins requests for the same thing: the first makes it, those who come meanwhile get the same.
///
/// The first works in its own task, so that no work is without an owner. When it is cancelled, one of those who
/// wait takes over.
final class SingleFlight<Value: Sendable>: Sendable {
    private enum Outcome: Sendable {
        case landed(Value)
        case failed(any Error)
        /// The leader was cancelled.
        case abandoned
    }

    private struct Follower {
        let id: Int
        let continuation: CheckedContinuation<Outcome, any Error>
    }

    private struct State {
        /// Who waits, by what they wait for. The leader of a flight is not among them.
        var flights: [String: [Follower]] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    /// Whether somebody is making `name` now.
    func isFlying(_ name: String) -> Bool { state.withLock { $0.flights[name] != nil } }

    /// How many wait for somebody else's `name` now.
    func waiting(for name: String) -> Int { state.withLock { $0.flights[name]?.count ?? 0 } }

    /// - Throws: what `make` throws, `CancellationError`.
    func value(for name: String, make: () async throws -> Value) async throws -> Value {
        while true {
            try Task.checkCancellation()
            let leads = state.withLock { state in
                guard state.flights[name] == nil else { return false }
                state.flights[name] = []
                return true
            }
            if leads { return try await lead(name, make) }
            switch try await follow(name) {
            case .landed(let value): return value
            case .failed(let error): throw error
            case .abandoned: continue
            }
        }
    }

    private func lead(_ name: String, _ make: () async throws -> Value) async throws -> Value {
        do {
            let value = try await make()
            land(name, .landed(value))
            return value
        } catch let error as CancellationError {
            land(name, .abandoned)
            throw error
        } catch {
            land(name, .failed(error))
            throw error
        }
    }

    private func land(_ name: String, _ outcome: Outcome) {
        let followers = state.withLock { $0.flights.removeValue(forKey: name) ?? [] }
        for follower in followers { follower.continuation.resume(returning: outcome) }
    }

    private func follow(_ name: String) async throws -> Outcome {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isLate = state.withLock { state in
                    // The flight may have landed since it was seen; then the caller looks again.
                    guard !Task.isCancelled, state.flights[name] != nil else { return true }
                    state.flights[name]?.append(Follower(id: id, continuation: continuation))
                    return false
                }
                if isLate { continuation.resume(returning: .abandoned) }
            }
        } onCancel: {
            let follower = state.withLock { state -> Follower? in
                guard let index = state.flights[name]?.firstIndex(where: { $0.id == id }) else { return nil }
                return state.flights[name]?.remove(at: index)
            }
            follower?.continuation.resume(throwing: CancellationError())
        }
    }
}
