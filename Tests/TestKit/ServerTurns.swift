import NIOConcurrencyHelpers

/// All tests begin at once, and each server has a dozen threads and a data directory: only so many are there at a time, the others wait
/// for their turn.
enum ServerTurns {
    private struct State {
        var free = max(1, 16 / ManyServers.count)
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// Set within `hold`: a test that has more than one server takes one turn for all of them. With one for each, tests could wait for
    /// each other for ever.
    @TaskLocal private static var isHeld = false

    private static let state = NIOLockedValueBox(State())

    /// Runs `body` once there is a turn.
    static func hold<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        if isHeld { return try await body() }
        await take()
        defer { give() }
        return try await $isHeld.withValue(true) { try await body() }
    }

    private static func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLockedValue { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private static func give() {
        let next = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
