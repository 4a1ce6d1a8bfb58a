import Foundation
import Synchronization
import Voicemail

/// What one thread does on one connection: transactions, run again where that is called for, on a new connection where the old one is gone.
final class Session {
    let options: PostgresOptions
    private let health: Health
    /// What a connection is told once, and what each of its transactions is told.
    private let setup: String
    private let preamble: String?
    private var connection: Connection?
    /// What ended the transaction. Nothing may run after it.
    private(set) var trouble: Trouble?
    /// Whether a visitor is looking at rows. He asks nothing meanwhile: the connection may be in the middle of an answer.
    private var isVisited = false
    private var cursors = 0

    /// Transactions run again for having met others before one runs with all others kept out.
    private static let collisionsTogether = 4
    /// Alone it can meet only what is no transaction of a store, so this is far beyond what is ever needed.
    private static let collisions = 10
    /// Connections that one transaction may lose.
    private static let losses = 2
    /// Rows of the first page of a visit, which is read at once, and of the others.
    private static let firstRows = 128, moreRows = 512

    enum Use { case serving, maintenance }

    init(_ options: PostgresOptions, health: Health, for use: Use = .serving) {
        var options = options
        // Passes over everything.
        if use == .maintenance { options.statementSeconds = 3600 }
        self.options = options
        self.health = health
        setup = options.sharesConnections ? "" : Self.settings(options, use, within: "SESSION") + "; " + Self.durability(isLocal: false)
        preamble = options.sharesConnections ? Self.settings(options, use, within: "LOCAL") : nil
    }

    /// How the server is to treat a connection.
    ///
    /// Each statement is written for one index. The planner is told to use indexes even where a table is so small that reading all of it
    /// seems cheaper, and not to plan anew for each value, so that a plan is the same on the first day and at a million rows.
    private static func settings(_ options: PostgresOptions, _ use: Use, within scope: String) -> String {
        var settings = [
            ("statement_timeout", "'\(options.statementSeconds)s'"), ("lock_timeout", "'\(options.lockSeconds)s'"),
            ("idle_in_transaction_session_timeout", "'\(options.statementSeconds * 2)s'"),
        ]
        if use == .serving {
            settings += ["seqscan", "bitmapscan", "hashjoin", "mergejoin"].map { ("enable_" + $0, "off") }
            settings += [("plan_cache_mode", "force_generic_plan"), ("jit", "off")]
        }
        return settings.map { "SET \(scope) \($0) = \($1)" }.joined(separator: "; ")
    }

    /// A commit waits for the disk in any case; whoever has it wait for more is left alone.
    private static func durability(isLocal: Bool) -> String {
        "SELECT set_config('synchronous_commit', 'on', \(isLocal)) WHERE current_setting('synchronous_commit') = 'off'"
    }

    // MARK: The connection

    /// - Throws: `PostgresOpenError`, `StoreError`.
    func connect() throws -> Connection {
        if let connection, connection.isOpen { return connection }
        disconnect()
        if let reason = health.refusal { throw PostgresOpenError.unreachable(reason) }
        do {
            let connection = try Connection(options)
            connection.onTrip = { [health] in health.trips.add(1, ordering: .relaxed) }
            if !setup.isEmpty {
                for answer in try connection.runScript(setup, within: limit) where answer.isFailure { throw Trouble(answer, isConnected: true).error }
            }
            self.connection = connection
            health.connected()
            return connection
        } catch {
            health.note("\(error)")
            throw error
        }
    }

    func disconnect() {
        connection = nil
        trouble = nil
    }

    /// Longer than the server gives a statement, so that it has the first word.
    private var limit: Int { options.statementSeconds + 2 }

    // MARK: Statements

    /// Runs a statement of the transaction that is open.
    func run(_ statement: SQL) throws -> Answer {
        try run { options.sharesConnections ? try $0.runOnce(statement, within: limit) : try $0.run(statement, within: limit) }
    }

    private func run(_ body: (Connection) throws -> Answer) throws -> Answer {
        if let trouble { throw trouble.error }
        guard !isVisited else { throw StoreError.failed("a visitor asks the store for more") }
        guard let connection else { throw StoreError.failed("no transaction is open") }
        do {
            let answer = try body(connection)
            if answer.isFailure { throw note(Trouble(answer, isConnected: connection.isOpen)) }
            if let type = answer.unknownType { throw note(.failed(.failed("PostgreSQL answered with a type that is not read here: \(type)"))) }
            return answer
        } catch let interruption as Connection.Interruption {
            self.connection = nil
            throw note(.lost(.failed("the connection to the database was lost: \(interruption.reason)")))
        }
    }

    private func note(_ trouble: Trouble) -> StoreError {
        self.trouble = trouble
        return trouble.error
    }

    /// Shows the rows of a statement to a visitor, until he has seen enough or `most`. The first come at once; if he wants more, they come
    /// through a cursor, as one state is seen for the whole of a transaction.
    func visit(_ statement: SQL, most: Int? = nil, _ body: (Row) throws -> Bool) throws {
        let first = min(max(0, most ?? Int.max), Self.firstRows)
        let answer = try run(statement.limited(to: first))
        guard try show(answer, body), answer.count == first, first > 0, most != first else { return }
        cursors += 1
        let name = "c\(cursors)"
        let whole = most.map { statement.limited(to: $0) } ?? statement
        _ = try run { try $0.runOnce("DECLARE \(raw: name) NO SCROLL CURSOR FOR \(whole)", within: limit) }
        _ = try run { try $0.runOnce("MOVE FORWARD \(raw: String(first)) IN \(raw: name)", within: limit) }
        while true {
            let more = try run { try $0.runOnce("FETCH FORWARD \(raw: String(Self.moreRows)) FROM \(raw: name)", within: limit) }
            guard try show(more, body), more.count == Self.moreRows else { break }
        }
        _ = try run { try $0.runOnce("CLOSE \(raw: name)", within: limit) }
    }

    /// Shows something else to a visitor.
    func show<Seen>(_ seen: Seen, _ visit: (Seen) throws -> Bool) throws -> Bool {
        isVisited = true
        defer { isVisited = false }
        return try visit(seen)
    }

    private func show(_ answer: Answer, _ body: (Row) throws -> Bool) throws -> Bool {
        isVisited = true
        defer { isVisited = false }
        for index in 0..<answer.count {
            guard try body(answer.row(index)) else { return false }
        }
        return true
    }

    // MARK: Transactions

    private enum Opening {
        /// Sees one state and changes nothing.
        static let reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        /// The lock comes before anything is read: who has waited for it sees what was committed meanwhile. The transaction's number is what the
        /// database can be asked by whether it was committed.
        static let writing = "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE writer IN ROW SHARE MODE; SELECT pg_current_xact_id()::text"
        /// The same with all others kept out.
        static let alone = "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE writer IN EXCLUSIVE MODE; SELECT pg_current_xact_id()::text"
    }

    /// Runs `body` in a transaction that sees one state. Its end is `endReading`.
    func read<Value>(_ body: () throws -> Value) throws -> Value {
        var lost = 0
        while true {
            do {
                _ = try begin(Opening.reading)
                let value = try body()
                if let trouble { throw trouble.error }
                return value
            } catch {
                guard isWorthAnother(&lost) else {
                    rollBack()
                    throw error
                }
            }
        }
    }

    /// Ends a transaction that has changed nothing. Whoever waited for what it read need not wait for this.
    func endReading() { rollBack() }

    /// Runs `body` in a transaction as if it were the only one, and returns once what it has changed is durable.
    func write<Value>(_ body: () throws -> Value) throws -> Value {
        var lost = 0, collisions = 0
        while true {
            do {
                let number = try begin(collisions < Self.collisionsTogether ? Opening.writing : Opening.alone)
                let value = try body()
                if let trouble { throw trouble.error }
                try commit(number)
                return value
            } catch {
                if case .collision? = trouble, collisions < Self.collisions {
                    collisions += 1
                    rollBack()
                    // Not for as long as the other one.
                    Thread.sleep(forTimeInterval: Double.random(in: 0...0.002) * Double(collisions))
                } else if !isWorthAnother(&lost) {
                    rollBack()
                    throw error
                }
            }
        }
    }

    /// Whether the transaction ended for want of its connection, so that nothing of it is left, and may be run again on another.
    private func isWorthAnother(_ lost: inout Int) -> Bool {
        guard case .lost? = trouble, lost < Self.losses else { return false }
        lost += 1
        disconnect()
        return true
    }

    /// Runs `body` once in a transaction that nothing else is part of, whether anybody else may change something or not.
    func alone(_ body: () throws -> Void) throws {
        do {
            _ = try begin("BEGIN")
            try body()
            if let trouble { throw trouble.error }
            _ = try run { connection in
                let answers = try connection.runScript("COMMIT", within: limit)
                guard let answer = answers.first(where: \.isFailure) ?? answers.last else { throw Connection.Interruption(reason: "no answer") }
                return answer
            }
        } catch {
            rollBack()
            throw error
        }
    }

    /// - Returns: the transaction's number, of one that may write.
    private func begin(_ opening: String) throws -> String {
        trouble = nil
        cursors = 0
        do {
            _ = try connect()
        } catch {
            // Not to be tried again at once.
            trouble = .failed(.failed("\(error)"))
            throw StoreError.failed("\(error)")
        }
        let answer = try run { connection in
            let answers = try connection.runScript(preamble.map { Self.opening(opening, with: $0) } ?? opening, within: limit)
            guard let answer = answers.first(where: \.isFailure) ?? answers.last else { throw Connection.Interruption(reason: "no answer") }
            return answer
        }
        return answer.first?.text(0) ?? ""
    }

    /// The settings are of the transaction, and come before anything that they hold for. What reads comes behind the lock: the first that does
    /// decides which state the transaction sees, and one from before the lock would collide with what it has waited for.
    private static func opening(_ script: String, with settings: String) -> String {
        var parts = script.split(separator: ";").map(String.init)
        parts.insert(durability(isLocal: true), at: parts.count > 1 ? parts.count - 1 : parts.count)
        parts.insert(settings, at: 1)
        return parts.joined(separator: "; ")
    }

    private func rollBack() {
        defer { trouble = nil }
        guard let connection, connection.isOpen else { return disconnect() }
        guard connection.isInTransaction else { return }
        // A connection whose transaction does not end is of no use.
        if let answers = try? connection.runScript("ROLLBACK", within: limit), answers.last?.isFailure == false { return }
        disconnect()
    }

    private func commit(_ number: String) throws {
        guard let connection else { throw note(.lost(.failed("the connection to the database was lost"))) }
        do {
            let answers = try connection.runScript("COMMIT", within: limit)
            guard let answer = answers.first(where: \.isFailure) ?? answers.last else { throw Connection.Interruption(reason: "no answer") }
            guard answer.isFailure else {
                guard answer.tag == "COMMIT" else { throw note(.failed(.failed("the transaction was rolled back"))) }
                return
            }
            let trouble = Trouble(answer, isConnected: connection.isOpen)
            guard case .lost = trouble else { throw note(trouble) }
        } catch is Connection.Interruption {}
        try settle(number)
    }

    /// Finds out what became of a transaction whose connection was lost while it was committed. A database that stays away longer than
    /// anybody waits leaves that undecided.
    private func settle(_ number: String) throws {
        let end = ContinuousClock.now + .seconds(options.outcomeSeconds)
        repeat {
            disconnect()
            if let connection = try? connect(), let outcome = try? outcome(of: number, connection) {
                switch outcome {
                case .committed: return
                case .aborted: throw note(.lost(.failed("the connection to the database was lost")))
                case .open: break
                }
            }
            Thread.sleep(forTimeInterval: 0.05)
        } while ContinuousClock.now < end && !health.isClosing
        throw note(.unknownOutcome(transaction: number))
    }

    private enum Outcome { case committed, aborted, open }

    private func outcome(of number: String, _ connection: Connection) throws -> Outcome? {
        let answer = try connection.runOnce("SELECT pg_xact_status(\(number)::text::xid8)", within: limit)
        // A database that has not come so far, as one that has taken the place of another, has not got it.
        if answer.state == "22023" { return .aborted }
        guard !answer.isFailure, let row = answer.first else { return nil }
        switch row.text(0) {
        case "committed": return .committed
        case "aborted": return .aborted
        case "in progress": return .open
        default: return nil
        }
    }
}
