/// A step of the schema. Once released it never changes: a test holds a hash of its statements. Its SQL is literal, so that no change elsewhere
/// changes it.
protocol Migration: Sendable {
    /// Migrations follow each other from 1.
    static var number: Int { get }
    static var statements: [String] { get }
}

/// The schema's history; the next migration is appended. Its numbers are this store's own.
enum Migrations {
    static let all: [any Migration.Type] = [M0001.self, M0002.self, M0003.self, M0004.self, M0005.self, M0006.self]

    /// A process that migrates a database holds this lock ("Aftn" in ASCII).
    private static let lock = 0x4166_746e
    /// A process with a migration to apply holds this one too, which running servers look at.
    static let underWay = lock + 1

    /// Seconds that a table is waited for. Whoever needs it meanwhile, even for reading, queues up behind who waits.
    private static let tableSeconds = 2
    /// Seconds in which others go on before the tables are asked for again, and how often they are.
    private static let pauseSeconds = 2, attempts = 100

    /// Brings a database up to date, in one transaction. Of several processes that do so at once the first does it.
    ///
    /// Servers of the version before are at work meanwhile, so nothing here waits for long with tables locked: who does not get one lets go of all, also
    /// of what it has changed, and begins again. The first lock is kept all the time, so that those that wait for it do not try in between.
    /// - Throws: `PostgresOpenError`, `StoreError`.
    static func run(on connection: Connection, within seconds: Int) throws {
        let end = ContinuousClock.now + .seconds(seconds)
        // Each statement sees what was committed while it waited for its locks, whatever the database has as its standard.
        _ = try run(
            """
            BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = '\(seconds)s';
            SELECT pg_advisory_xact_lock(\(lock))
            """, connection, seconds)
        do {
            let done = try applied(on: connection, seconds)
            if !all.allSatisfy({ done.contains($0.number) }) {
                _ = try run("SET LOCAL lock_timeout = '\(tableSeconds)s'", connection, seconds)
                _ = try run("SAVEPOINT attempt", connection, seconds)
                var attempt = 1
                while try !hasApplied(allBut: done, connection, seconds) {
                    guard attempt < attempts, ContinuousClock.now < end else { throw PostgresOpenError.inUse }
                    attempt += 1
                    _ = try run("ROLLBACK TO SAVEPOINT attempt", connection, seconds)
                    _ = try run("SELECT pg_sleep(\(pauseSeconds))", connection, seconds)
                }
            }
            _ = try run("COMMIT", connection, seconds)
        } catch {
            _ = try? connection.runScript("ROLLBACK", within: seconds)
            throw error
        }
    }

    /// - Returns: false when somebody was in the way, and the transaction is to be taken back to where this began.
    private static func hasApplied(allBut done: Set<Int>, _ connection: Connection, _ seconds: Int) throws -> Bool {
        var statements = ["SELECT pg_advisory_xact_lock(\(underWay))"]
        if done.isEmpty {
            statements.append("CREATE TABLE aftertone_migration (number BIGINT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())")
        } else if try hasWriterTable(connection, seconds) {
            // A server's open transaction may hold what a migration has to see, such as a row of which a trigger would have noted something.
            statements.append("LOCK TABLE writer IN EXCLUSIVE MODE")
        }
        for migration in all where !done.contains(migration.number) {
            statements += migration.statements + ["INSERT INTO aftertone_migration (number) VALUES (\(migration.number))"]
        }
        for statement in statements {
            let answers = try connection.runScript(statement, within: seconds)
            // A lock that was not had in time, or that two wait for in a circle.
            if answers.contains(where: { ["55P03", "40P01"].contains($0.state) }) { return false }
            _ = try last(answers, connection)
        }
        return true
    }

    /// A database that the installation has moved away from has it under another name, and nobody who changes anything.
    private static func hasWriterTable(_ connection: Connection, _ seconds: Int) throws -> Bool {
        let tables = try run(
            "SELECT count(*)::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = 'writer' AND relkind = 'r'", connection,
            seconds
        )
        return tables.first?.text(0) == "1"
    }

    /// Refuses a database that is not of this version, without changing it.
    /// - Throws: `PostgresOpenError`, `StoreError`.
    static func check(_ connection: Connection, within seconds: Int) throws {
        let done = try applied(on: connection, seconds)
        guard all.allSatisfy({ done.contains($0.number) }) else { throw PostgresOpenError.olderSchema }
    }

    /// The migrations that a database has had.
    /// - Throws: `PostgresOpenError` for a database of something else, or of a newer version.
    private static func applied(on connection: Connection, _ seconds: Int) throws -> Set<Int> {
        let tables = try run(
            """
            SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm'))::text,
            (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = 'aftertone_migration')::text
            """, connection, seconds
        ).first
        guard tables?.text(1) == "1" else {
            guard tables?.text(0) == "0" else { throw PostgresOpenError.foreign }
            return []
        }
        let done = Set(try run("SELECT number::text FROM aftertone_migration ORDER BY number", connection, seconds).rows.compactMap { Int($0.text(0)) })
        guard done.isSubset(of: all.map { $0.number }) else { throw PostgresOpenError.newerSchema }
        return done
    }

    /// - Returns: the last answer.
    private static func run(_ script: String, _ connection: Connection, _ seconds: Int) throws -> Answer {
        try last(connection.runScript(script, within: seconds), connection)
    }

    private static func last(_ answers: [Answer], _ connection: Connection) throws -> Answer {
        guard let last = answers.last else { throw Connection.Interruption(reason: "no answer") }
        if let failed = answers.first(where: \.isFailure) { throw Trouble(failed, isConnected: connection.isOpen).error }
        return last
    }
}
