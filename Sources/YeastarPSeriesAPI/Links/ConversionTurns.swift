import NIOConcurrencyHelpers
import NIOCore

/// Runs what may take long, and stops it when nobody would get to see the answer any more.
/// - Throws: `ConversionTurns.Busy` when the time is over, or what `body` throws.
func answering<Value: Sendable>(within limit: Duration, _ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else { throw ConversionTurns.Busy() }
        return value
    }
}

/// One conversion of an account at a time; whoever comes meanwhile waits in line, or does not (P§8.4).
final class ConversionTurns: Sendable {
    /// It was somebody else's turn for too long.
    struct Busy: Error {}

    private struct Line {
        /// In the order they came.
        var waiting: [(ticket: Int, turn: CheckedContinuation<Bool, Never>)] = []
    }

    private struct State {
        var lines: [String: Line] = [:]
        var lastTicket = 0
        /// Who gave up before he stood in line.
        var gone: Set<Int> = []
    }

    private let state = NIOLockedValueBox(State())

    /// Runs `body` when it is the account's turn.
    /// - Parameter patience: how long to wait for it.
    /// - Throws: `Busy`, or what `body` throws.
    func withTurn<Value: Sendable>(of account: String, patience: Duration, _ body: () async throws -> Value) async throws -> Value {
        guard try await take(account, patience) else { throw Busy() }
        defer { pass(account) }
        return try await body()
    }

    /// How many wait.
    func waiting(for account: String) -> Int { state.withLockedValue { $0.lines[account]?.waiting.count ?? 0 } }

    private func take(_ account: String, _ patience: Duration) async throws -> Bool {
        let isFree = state.withLockedValue { state in
            if state.lines[account] != nil { return false }
            state.lines[account] = Line()
            return true
        }
        if isFree { return true }
        guard patience > .zero else { return false }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { await self.wait(account) }
            group.addTask {
                try await Task.sleep(for: patience)
                return false
            }
            var isMine = false
            do {
                isMine = try await group.next() ?? false
            } catch {
                // Nobody waits for the answer any more.
            }
            group.cancelAll()
            // The turn may have come in the very moment the patience ended.
            while let late = await group.nextResult() {
                if case .success(true) = late { isMine = true }
            }
            if isMine, Task.isCancelled {
                pass(account)
                throw CancellationError()
            }
            return isMine
        }
    }

    /// - Returns: false when the wait was cancelled before the turn came.
    private func wait(_ account: String) async -> Bool {
        let ticket = state.withLockedValue { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let isMine = await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                let answer: Bool? = state.withLockedValue { state in
                    if state.gone.remove(ticket) != nil { return false }
                    guard state.lines[account] != nil else {
                        state.lines[account] = Line()
                        return true
                    }
                    state.lines[account]?.waiting.append((ticket, turn))
                    return nil
                }
                if let answer { turn.resume(returning: answer) }
            }
        } onCancel: {
            leave(account, ticket)
        }
        // Cancelled after the turn had come, the ticket was put there for nothing.
        state.withLockedValue { _ = $0.gone.remove(ticket) }
        return isMine
    }

    private func leave(_ account: String, _ ticket: Int) {
        let turn = state.withLockedValue { state -> CheckedContinuation<Bool, Never>? in
            guard let index = state.lines[account]?.waiting.firstIndex(where: { $0.ticket == ticket }) else {
                state.gone.insert(ticket)
                return nil
            }
            return state.lines[account]?.waiting.remove(at: index).turn
        }
        turn?.resume(returning: false)
    }

    /// Ends a turn: the next in line has it, or nobody.
    private func pass(_ account: String) {
        let next = state.withLockedValue { state -> CheckedContinuation<Bool, Never>? in
            guard var line = state.lines[account], !line.waiting.isEmpty else {
                state.lines[account] = nil
                return nil
            }
            let next = line.waiting.removeFirst().turn
            state.lines[account] = line
            return next
        }
        next?.resume(returning: true)
    }
}
