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

    /// Brings a database up to date, in one transaction. Of several processes that do so at once the first does it.
    /// - Throws: `PostgresOpenError`, `StoreError`.
    static func run(on connection: Connection, within seconds: Int) throws {
        _ = try run(
            "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = '\(seconds)s'; SELECT pg_advisory_xact_lock(\(lock))", connection, seconds)
        do {
            let done = try applied(on: connection, seconds)
            if done.isEmpty {
                _ = try run("CREATE TABLE aftertone_migration (number BIGINT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())", connection, seconds)
            }
            let isUpToDate = all.allSatisfy { done.contains($0.number) }
            if !isUpToDate { _ = try run("SELECT pg_advisory_xact_lock(\(underWay))", connection, seconds) }
            for migration in all where !done.contains(migration.number) {
                for statement in migration.statements { _ = try run(statement, connection, seconds) }
                _ = try run("INSERT INTO aftertone_migration (number) VALUES (\(migration.number))", connection, seconds)
            }
            _ = try run("COMMIT", connection, seconds)
        } catch {
            _ = try? connection.runScript("ROLLBACK", within: seconds)
            throw error
        }
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
        let answers = try connection.runScript(script, within: seconds)
        guard let last = answers.last else { throw Connection.Interruption(reason: "no answer") }
        if let failed = answers.first(where: \.isFailure) { throw Trouble(failed, isConnected: connection.isOpen).error }
        return last
    }
}
