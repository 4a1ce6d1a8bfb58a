import Synchronization

/// How many live pages are open, and how many may be: each keeps a connection.
final class LiveStreams: Sendable {
    /// Of one session, of one account, of the server.
    static let mostOfSession = 6, mostOfAccount = 256, most = 1024

    private struct State {
        var total = 0
        var sessions: [String: Int] = [:]
        var accounts: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// - Returns: whether there is room for one more, which is counted until it leaves.
    func enter(session: String, account: String) -> Bool {
        state.withLock { state in
            guard Self.hasRoom(state, session, account) else { return false }
            state.total += 1
            state.sessions[session, default: 0] += 1
            state.accounts[account, default: 0] += 1
            return true
        }
    }

    func hasRoom(session: String, account: String) -> Bool { state.withLock { Self.hasRoom($0, session, account) } }

    func leave(session: String, account: String) {
        state.withLock { state in
            state.total -= 1
            Self.lower(&state.sessions, session)
            Self.lower(&state.accounts, account)
        }
    }

    var count: Int { state.withLock { $0.total } }

    private static func hasRoom(_ state: State, _ session: String, _ account: String) -> Bool {
        state.total < most && state.sessions[session, default: 0] < mostOfSession && state.accounts[account, default: 0] < mostOfAccount
    }

    private static func lower(_ counts: inout [String: Int], _ key: String) {
        let left = counts[key, default: 0] - 1
        counts[key] = left > 0 ? left : nil
    }
}
