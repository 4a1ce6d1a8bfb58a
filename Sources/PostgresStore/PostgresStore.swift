import Dispatch
import NIOConcurrencyHelpers
import Synchronization
import Threads
import Voicemail
import Waiting

/// The store for several processes: one PostgreSQL database that all of them share.
///
/// Some connections read and as many write, on threads that may wait, so that nothing blocks the cooperative pool and no reader waits behind
/// writers. A transaction that writes is serializable: what it has read holds when it is committed, or it is run again. After some attempts it is
/// run alone, so that each comes to its end.
public final class PostgresStore: MaintainedStore {
    public let options: PostgresOptions
    public let eventBell = Bell()
    let reachability: Reachability
    let readers: Lanes
    let writers: Lanes
    let probe: CommitProbe
    let turns: Turns
    /// The mark that `beginFilling` has made here.
    let filling = Mutex<String?>(nil)
    private let onCommit: (@Sendable (_ seconds: Double) -> Void)?

    /// Seconds that bringing a database up to date may take.
    private static let migrationSeconds = 600

    /// Connects and brings the schema up to date. Blocks: call it at start.
    /// - Parameters:
    ///   - key: what tells the installation's key from others without telling it. The first who opens a database settles it.
    ///   - sealingKey: the same of the key that secrets are sealed under, which `rekey` changes.
    ///   - onCommit: told of every transaction that wrote how many seconds it took; it must be quick.
    /// - Throws: `PostgresOpenError`, `StoreError`.
    public init(_ options: PostgresOptions, key: String? = nil, sealingKey: String? = nil, onCommit: (@Sendable (_ seconds: Double) -> Void)? = nil) throws {
        self.options = options
        self.onCommit = onCommit
        let connection = try Self.greet(options)
        do {
            try Self.checkWritable(connection, within: options.statementSeconds)
            try Migrations.run(on: connection, within: Self.migrationSeconds)
            if !options.opensWhatMoves { try Self.checkResidence(connection, within: options.statementSeconds) }
            if let key { try Self.agree(on: key, as: Self.keyName, connection, within: options.statementSeconds) }
            if let sealingKey { try Self.agree(on: sealingKey, as: Self.sealingKeyName, connection, within: options.statementSeconds) }
            let swept = try connection.runOnce(Witness.sweeping, within: options.statementSeconds)
            if swept.isFailure { throw Trouble(swept, isConnected: connection.isOpen).error }
        } catch let error as Connection.Interruption {
            throw PostgresOpenError.unreachable(error.reason)
        }
        let reachability = Reachability()
        self.reachability = reachability
        WorkerThreads.shared.makeRoom(for: options.readers)
        probe = CommitProbe(options, reachability)
        let turns = Turns()
        self.turns = turns
        let foresight = Foresight(), patience = Duration.seconds(options.waitSeconds)
        readers = Lanes("database-reader", count: options.readers, patience: patience) { Session(options, reachability: reachability, foresight: foresight) }
        writers = Lanes("database-writer", count: options.writers, patience: patience) {
            Session(options, reachability: reachability, foresight: foresight, turns: turns)
        }
    }

    /// Reads a database once without bringing it up to date or writing to it, if a server could work with it. Blocks.
    /// - Parameter key: of the installation, as `init` takes it; nil where there is none yet.
    /// - Throws: `PostgresOpenError`, `StoreError`.
    public static func look<Value>(_ options: PostgresOptions, key: String? = nil, sealingKey: String? = nil, _ body: (any StoreReader) throws -> Value) throws
        -> Value
    {
        do {
            let connection = try greet(options)
            try checkWritable(connection, within: options.statementSeconds)
            try checkConnections(connection, options)
            do { try Migrations.check(connection, within: options.statementSeconds) } catch PostgresOpenError.olderSchema {
                try checkMayMakeTables(connection, options)
                throw PostgresOpenError.olderSchema
            }
            try checkMayUseTables(connection, options)
            try checkResidence(connection, within: options.statementSeconds)
            if let key { try checkKey(key, as: keyName, connection, options) }
            if let sealingKey { try checkKey(sealingKey, as: sealingKeyName, connection, options) }
        } catch let error as Connection.Interruption {
            throw PostgresOpenError.unreachable(error.reason)
        }
        let session = Session(options, reachability: Reachability())
        defer { session.disconnect() }
        return try session.read { try body(Snapshot(session)) }
    }

    static let keyName = "key", sealingKeyName = "sealing key"

    private static func agree(on key: String, as name: String, _ connection: Connection, within seconds: Int) throws {
        for statement in [
            "INSERT INTO installation (name, value) VALUES (\(name), \(key)) ON CONFLICT DO NOTHING",
            "SELECT value FROM installation WHERE name = \(name)",
        ] as [SQL] {
            let answer = try connection.runOnce(statement, within: seconds)
            if answer.isFailure { throw Trouble(answer, isConnected: connection.isOpen).error }
            if let row = answer.first, row.text(0) != key { throw PostgresOpenError.otherKey }
        }
    }

    /// The first connection, which finds out whether this database will do.
    private static func greet(_ options: PostgresOptions) throws -> Connection {
        let connection = try Connection(options)
        guard connection.serverVersion >= 130_000 else { throw PostgresOpenError.serverTooOld(connection.serverVersion) }
        let encoding = connection.setting("server_encoding")
        guard encoding == "UTF8" else { throw PostgresOpenError.encoding(encoding) }
        return connection
    }

    public func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        if WorkerThreads.shared.isCurrent,
            let result = readers.runHere({ session -> Result<Value, any Error> in
                let result = Result { try session.read { try body(Snapshot(session, isAbandoned: { Task.isCancelled })) } }
                if case .success = result { session.endReading() }
                return result
            })
        {
            return try result.get()
        }
        // A thread of ours is not in the caller's task.
        let isAbandoned = NIOLockedValueBox(false)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isQueued = readers.enqueue { session, isTooLate in
                    if isTooLate { return continuation.resume(throwing: Self.busy) }
                    do {
                        let value = try session.read { try body(Snapshot(session, isAbandoned: { isAbandoned.withLockedValue { $0 } })) }
                        continuation.resume(returning: value)
                        session.endReading()
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
                if !isQueued { continuation.resume(throwing: Self.closed) }
            }
        } onCancel: {
            isAbandoned.withLockedValue { $0 = true }
        }
    }

    public func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        try await transaction { try body($0) }
    }

    func transaction<Value: Sendable>(isAlone: Bool = false, _ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let start = ContinuousClock.now, end = start + .seconds(options.waitSeconds)
        return try await withCheckedThrowingContinuation { [eventBell] continuation in
            serve(
                WriteCaller(
                    perform: { session in
                        let transaction = Transaction(session), value = try body(transaction)
                        let bell = transaction.hasEvents ? eventBell : nil
                        return {
                            bell?.ring()
                            continuation.resume(returning: value)
                        }
                    },
                    fail: { continuation.resume(throwing: $0) }, isAlone: isAlone, start: start, end: end, mayShare: !isAlone))
        }
    }

    private func serve(_ caller: WriteCaller) {
        if !enqueue(caller) { caller.fail(Self.closed) }
    }

    /// - Parameter turn: which is the caller's.
    /// - Returns: false when all is closed.
    private func enqueue(_ caller: WriteCaller, turn: SQL? = nil) -> Bool {
        writers.enqueue { [self] session, isTooLate in
            session.turn = turn
            let outcome = isTooLate || caller.isTooLate ? { caller.fail(Self.busy) } : outcome(of: caller, session)
            if let turn = session.turn { passOn(turn) }
            session.turn = nil
            outcome()
        }
    }

    /// Runs a caller's transaction, and whatever goes with it.
    /// - Returns: how to tell them.
    private func outcome(of caller: WriteCaller, _ session: Session) -> () -> Void {
        let start = ContinuousClock.now
        let companions = caller.mayShare ? Companions(turns) { [self] in comeAgain($0, to: session.turn) } : nil
        do {
            let tell = try session.write(isAlone: caller.isAlone, with: companions) { try caller.perform(session) }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            return { [onCommit] in
                tell()
                companions?.tell()
                onCommit?(seconds)
            }
        } catch let taken as Turns.Taken {
            return { [self] in
                // Where nobody is in turn any more he need not wait.
                if !turns.park(caller, for: taken.question) { serve(caller) }
            }
        } catch {
            return { caller.fail(error) }
        }
    }

    /// Has callers wait who were taken along in a turn in vain.
    private func comeAgain(_ callers: [WriteCaller], to question: SQL?) {
        if let question, turns.putBack(callers, for: question) { return }
        for caller in callers { serve(caller) }
    }

    /// Ends a turn, and begins the next one's, for which a connection is waited for like for any.
    private func passOn(_ question: SQL) {
        while let next = turns.leave(question) {
            if enqueue(next, turn: question) { return }
            next.fail(Self.closed)
        }
    }

    static let busy = StoreError.failed("no connection to the database was free in time")
    private static let closed = StoreError.failed("the database is closed")

    /// How often something was sent to the database and its answer waited for.
    public var roundTrips: Int { reachability.trips.load(ordering: .relaxed) }

    /// Lets go of the connections once what is running has finished. Anything asked afterwards fails. Blocks.
    public func close() {
        reachability.close()
        readers.close()
        writers.close()
        probe.close()
    }

    /// Runs something long on a connection and a thread of its own, where it holds up nobody.
    func aside<Value: Sendable>(_ body: @escaping @Sendable (Session) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "PostgresStore.aside").async { [options, reachability] in
                let session = Session(options, reachability: reachability, for: .maintenance)
                continuation.resume(with: Result { try body(session) })
                session.disconnect()
            }
        }
    }
}
