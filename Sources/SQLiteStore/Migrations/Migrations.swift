import GRDB
import StoredRows

/// A step of the schema. Once released it never changes: `FrozenSchemaTests` holds a hash of its statements, and a stored database of each
/// version that is opened. Its SQL is literal, so that no change elsewhere changes it.
protocol Migration: Sendable {
    /// Migrations follow each other from 1.
    static var number: Int { get }
    static var statements: [String] { get }
}

extension Migration {
    /// What a database notes once it has it: `M0001`.
    static var name: String {
        let digits = String(number)
        return "M" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

/// The schema's history; the next migration is appended.
enum Migrations {
    static let all: [any Migration.Type] = [M0001.self, M0002.self, M0003.self, M0004.self, M0005.self, M0006.self]

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        for migration in all {
            migrator.registerMigration(migration.name) { database in
                for statement in migration.statements { try database.execute(sql: statement) }
            }
        }
        return migrator
    }()

    /// "Aftn": marks the file as ours (https://www.sqlite.org/pragma.html#pragma_application_id).
    static let applicationID: Int32 = 0x4166_746e

    /// Refuses a file that is not ours, is newer than we are, or was never released, before anything writes to it.
    /// - Throws: `StoreOpenError`.
    static func check(_ queue: DatabaseQueue, path: String, opensWhatMoves: Bool = false) throws {
        // In one view of the file: another process may be creating it.
        try queue.read { database in
            let mark = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            guard mark == applicationID || (mark == 0 && tables == 0) else { throw StoreOpenError.foreign(path: path) }
            // A file whose creation was interrupted has the mark and nothing else.
            let applied = try migrator.appliedIdentifiers(database)
            if applied.isEmpty, tables > 0, try !isOnlyBookkeeping(database) { throw StoreOpenError.foreign(path: path) }
            // Before the first release migrations were called 1, 2, … .
            if applied.contains(where: { Int($0) != nil }) { throw StoreOpenError.unreleased(path: path) }
            guard applied.isSubset(of: migrator.migrations) else { throw StoreOpenError.newerSchema(path: path) }
            guard !opensWhatMoves else { return }
            switch try StoreResidence.of(database) {
            case .here: return
            case .arriving: throw StoreOpenError.arriving(path: path)
            case .gone: throw StoreOpenError.gone(path: path)
            }
        }
    }

    /// Whether there is no table but the one that migrations are noted in.
    private static func isOnlyBookkeeping(_ database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'") == 0
    }

    /// Whether nothing is to be done to a database.
    static func isCurrent(_ database: Database) throws -> Bool {
        try migrator.hasCompletedMigrations(database) && Counters.areInstalled(in: database)
    }

    /// Marks a database as ours, then brings it up to date; in this order, so that one whose creation was
    /// interrupted is known for what it is.
    static func run(on queue: DatabaseQueue) throws {
        if try queue.inDatabase({ try StoreResidence.of($0) }) == .gone { return }
        try queue.inDatabase { database in
            guard try Int32.fetchOne(database, sql: "PRAGMA application_id") != applicationID else { return }
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
        // Another process that opened it at the same time may be first with each of them.
        for attempt in 0...all.count {
            do {
                try migrator.migrate(queue)
                break
            } catch let error as DatabaseError {
                guard attempt < all.count else { throw error }
            }
        }
        try queue.inDatabase { try Counters.install(in: $0) }
    }
}
