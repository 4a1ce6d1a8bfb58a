import Dispatch
import NIOConcurrencyHelpers
import StoredRows
import Synchronization
import Voicemail

/// Where the installation lives is a row beside the installation's key. Whoever changes anything locks the table `writer` first: under another name
/// nobody finds it, so that a database that is gone takes no changes from any process.
extension PostgresStore {
    static let closedWriter = "writer_of_what_has_gone"
    /// Seconds between signs of life of a connection that holds writes, and those after which the database lets go of one that gives none: its
    /// machine is gone, and nobody could write until then.
    private static let signOfLife = 10, patienceWithHold = 60

    public func residence() async throws -> StoreResidence {
        try await aside { session in try session.read { try Self.residence(session) } }
    }

    static func residence(_ session: Session) throws -> StoreResidence {
        try StoreResidence(word: session.run("SELECT value FROM installation WHERE name = 'residence'").first?.text(0))
    }

    /// Before there are sessions.
    static func checkResidence(_ connection: Connection, within seconds: Int) throws {
        let answer = try connection.runOnce("SELECT value FROM installation WHERE name = 'residence'", within: seconds)
        if answer.isFailure { throw Trouble(answer, isConnected: connection.isOpen).error }
        switch StoreResidence(word: answer.first?.text(0)) {
        case .here: return
        case .arriving: throw PostgresOpenError.arriving
        case .gone: throw PostgresOpenError.gone
        }
    }

    public func beginFilling(_ found: StoreResidence) async throws {
        let mark = HexID.random()
        try await aside { session in
            try session.alone {
                // Waits for whoever just changes something.
                let answer = try session.run("SELECT value FROM installation WHERE name = 'residence' FOR UPDATE")
                try FillingRefusal.check(StoreResidence(word: answer.first?.text(0)), isStill: found)
                _ = try session.run("ALTER TABLE IF EXISTS \(raw: Self.closedWriter) RENAME TO writer")
                for (name, value) in [("residence", StoreResidence.arriving.word), ("filling", mark)] { try Self.note(value, as: name, session) }
            }
        }
        filling.withLock { $0 = mark }
    }

    public func endFilling() async throws {
        let mark = filling.withLock { $0 }
        try await tellingGone {
            try await transaction { transaction in
                try Self.checkFilling(transaction.session, mark)
                try Self.note(StoreResidence.here.word, as: "residence", transaction.session)
            }
        }
    }

    public func checkFilling() async throws {
        let mark = filling.withLock { $0 }
        try await tellingGone { try await transaction { try Self.checkFilling($0.session, mark) } }
    }

    /// Within the transaction that changes something. It holds the row that says where the installation lives, so that whoever would take the database
    /// over waits for its end; it is run again if he was first.
    static func checkFilling(_ session: Session, _ mark: String?) throws {
        let row = try session.run(
            """
            SELECT value, coalesce((SELECT value FROM installation WHERE name = 'filling'), '') FROM installation WHERE name = 'residence' FOR SHARE
            """
        ).first
        try FillingRefusal.check(StoreResidence(word: row?.text(0)), isOurs: row?.text(1) == mark)
    }

    /// A database that is gone refuses whatever would change it before it can be asked why.
    func tellingGone<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as StoreError {
            guard (try? await residence()) == .gone else { throw error }
            throw FillingRefusal.notArriving(.gone)
        }
    }

    private static func note(_ value: String, as name: String, _ session: Session) throws {
        _ = try session.run(
            "INSERT INTO installation (name, value) VALUES (\(name), \(value)) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
    }

    /// A thread of its own holds the lock on a connection of its own, until it is told what becomes of it.
    public func holdWrites() async throws -> any WriteHold {
        let hold = Hold()
        try await withCheckedThrowingContinuation { (held: CheckedContinuation<Void, any Error>) in
            DispatchQueue(label: "PostgresStore.hold").async { [options, reachability] in
                let session = Session(options, reachability: reachability, for: .maintenance)
                var isHeld = false
                let result = Result {
                    try session.alone {
                        _ = try session.run("LOCK TABLE writer IN EXCLUSIVE MODE")
                        _ = try session.run("SET LOCAL idle_in_transaction_session_timeout = '\(raw: String(Self.patienceWithHold))s'")
                        isHeld = true
                        held.resume()
                        var decision: Hold.Decision?
                        while decision == nil {
                            decision = hold.awaitDecision(for: Self.signOfLife)
                            if decision == nil { _ = try session.run("SELECT 1") }
                        }
                        guard decision == .close else { throw Hold.Released() }
                        _ = try session.run("ALTER TABLE writer RENAME TO \(raw: Self.closedWriter)")
                        try Self.note(StoreResidence.gone.word, as: "residence", session)
                    }
                }
                session.disconnect()
                if isHeld { hold.finish(result) } else { held.resume(with: result) }
            }
        }
        return hold
    }

    private final class Hold: WriteHold {
        struct Released: Error {}
        enum Decision { case release, close }

        private struct State {
            var decision: Decision?
            var end: CheckedContinuation<Void, any Error>?
            /// How it has ended, where nobody had decided yet: the connection was lost.
            var outcome: Result<Void, any Error>?
        }

        private let state = NIOLockedValueBox(State())
        private let decided = DispatchSemaphore(value: 0)

        /// Blocks.
        /// - Returns: nil when there was none in that time.
        func awaitDecision(for seconds: Int) -> Decision? {
            guard decided.wait(timeout: .now() + .seconds(seconds)) == .success else { return nil }
            return state.withLockedValue(\.decision)
        }

        func finish(_ result: Result<Void, any Error>) {
            let end = state.withLockedValue { state in
                state.outcome = result
                return state.end
            }
            end?.resume(with: result)
        }

        func release() async throws {
            do { try await decide(.release) } catch is Released {}
        }

        func close() async throws { try await decide(.close) }

        private func decide(_ decision: Decision) async throws {
            try await withCheckedThrowingContinuation { continuation in
                let (isFirst, outcome) = state.withLockedValue { state in
                    guard state.decision == nil else { return (false, Result<Void, any Error>?.none) }
                    state.decision = decision
                    if state.outcome == nil { state.end = continuation }
                    return (true, state.outcome)
                }
                // A hold whose end was asked for once, with whatever result, holds nothing any more.
                guard isFirst else { return continuation.resume() }
                if let outcome { continuation.resume(with: outcome) } else { decided.signal() }
            }
        }
    }
}

extension StoreResidence {
    fileprivate init(word: String?) {
        self =
            switch word {
            case StoreResidence.arriving.word: .arriving
            case StoreResidence.gone.word: .gone
            default: .here
            }
    }

    fileprivate var word: String {
        switch self {
        case .here: "here"
        case .arriving: "arriving"
        case .gone: "gone"
        }
    }
}
