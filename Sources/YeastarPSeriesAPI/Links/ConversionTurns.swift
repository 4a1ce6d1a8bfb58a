import Waiting

/// Runs what may take long, and stops it when nobody would get to see the answer any more.
/// - Throws: `ConversionTurns.Busy` when the time is over, or what `body` throws.
func answering<Value: Sendable>(within limit: Duration, _ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    guard let value = try await value(within: limit, body) else { throw ConversionTurns.Busy() }
    return value
}

/// One conversion of an account at a time; whoever comes meanwhile waits in line, or does not (P§8.4).
final class ConversionTurns: Sendable {
    /// It was somebody else's turn for too long.
    struct Busy: Error {}

    private let order = ArrivalOrder<String>()

    /// Runs `body` when it is the account's turn.
    /// - Parameter patience: how long to wait for it.
    /// - Throws: `Busy`, or what `body` throws.
    func withTurn<Value: Sendable>(of account: String, patience: Duration, _ body: () async throws -> Value) async throws -> Value {
        let ticket = try await take(account, patience)
        defer { order.leave(ticket, [account]) }
        return try await body()
    }

    /// How many wait.
    func waiting(for account: String) -> Int { order.waiting(for: account) }

    private func take(_ account: String, _ patience: Duration) async throws -> Int {
        if let ticket = order.enterIfFree([account]) { return ticket }
        guard patience > .zero else { throw Busy() }
        let ticket = order.enter([account])
        do {
            guard await order.waitForEarlier(ticket, [account], within: patience) else { throw Busy() }
            // Nobody waits for the answer any more.
            try Task.checkCancellation()
            return ticket
        } catch {
            order.leave(ticket, [account])
            throw error
        }
    }
}
