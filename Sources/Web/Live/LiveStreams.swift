import Synchronization

/// Which live pages are open, and how many may be: each keeps a connection.
final class LiveStreams: Sendable {
    /// Of one session, of one account, of the server.
    static let mostOfSession = 6, mostOfAccount = 256, most = 1024

    private struct Stream {
        let id: Int
        let end: @Sendable () -> Void
    }

    private struct State {
        var last = 0
        var total = 0
        /// The oldest first.
        var sessions: [String: [Stream]] = [:]
        var accounts: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// Counts one more, until it leaves. Of a session that has as many as it may the oldest ends: most often nobody is there any more who would hear
    /// it, as a connection that was closed at its other end is noticed only when something is written. A browser that still is there comes again.
    /// - Returns: what it leaves by; nil where there is no room.
    func enter(session: String, account: String, end: @escaping @Sendable () -> Void) -> Int? {
        let (id, oldest) = state.withLock { state -> (Int?, Stream?) in
            guard Self.hasRoom(state, session, account) else { return (nil, nil) }
            let oldest = Self.isFull(state, session) ? state.sessions[session]?.first : nil
            if let oldest { Self.remove(oldest.id, session, account, from: &state) }
            state.last += 1
            state.total += 1
            state.sessions[session, default: []].append(Stream(id: state.last, end: end))
            state.accounts[account, default: 0] += 1
            return (state.last, oldest)
        }
        oldest?.end()
        return id
    }

    func hasRoom(session: String, account: String) -> Bool { state.withLock { Self.hasRoom($0, session, account) } }

    func leave(_ id: Int, session: String, account: String) { state.withLock { Self.remove(id, session, account, from: &$0) } }

    /// Ends all of a session that has ended itself.
    func end(session: String, account: String) {
        let ended = state.withLock { state in
            let streams = state.sessions[session] ?? []
            for stream in streams { Self.remove(stream.id, session, account, from: &state) }
            return streams
        }
        for stream in ended { stream.end() }
    }

    var count: Int { state.withLock { $0.total } }

    /// A stream that takes the place of another of the same user needs no new place.
    private static func hasRoom(_ state: State, _ session: String, _ account: String) -> Bool {
        isFull(state, session) || state.total < most && state.accounts[account, default: 0] < mostOfAccount
    }

    private static func isFull(_ state: State, _ session: String) -> Bool { state.sessions[session, default: []].count >= mostOfSession }

    /// Removes one that has not been removed.
    private static func remove(_ id: Int, _ session: String, _ account: String, from state: inout State) {
        guard var streams = state.sessions[session], let index = streams.firstIndex(where: { $0.id == id }) else { return }
        streams.remove(at: index)
        state.sessions[session] = streams.isEmpty ? nil : streams
        state.total -= 1
        let left = state.accounts[account, default: 0] - 1
        state.accounts[account] = left > 0 ? left : nil
    }
}
