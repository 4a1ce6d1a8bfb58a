import GRDB

/// The schema's history. A migration that has been released never changes; the next one is appended.
enum Migrations {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        // Numbered, so that a database tells how far it is.
        migrator.registerMigration("1") { database in
            for statement in SchemaOne.statements { try database.execute(sql: statement) }
        }
        migrator.registerMigration("2") { database in
            for statement in SchemaTwo.statements { try database.execute(sql: statement) }
        }
        migrator.registerMigration("3") { database in
            for statement in SchemaThree.statements { try database.execute(sql: statement) }
        }
        migrator.registerMigration("4") { database in
            for statement in SchemaFour.statements { try database.execute(sql: statement) }
        }
        migrator.registerMigration("5") { database in
            for statement in SchemaFive.statements { try database.execute(sql: statement) }
        }
        return migrator
    }()

    /// "Aftn": marks the file as ours (https://www.sqlite.org/pragma.html#pragma_application_id).
    static let applicationID: Int32 = 0x4166_746e

    /// Refuses a file that is not ours or is newer than we are, before anything writes to it.
    /// - Throws: `StoreOpenError`.
    static func check(_ queue: DatabaseQueue, path: String) throws {
        try queue.unsafeRead { database in
            let mark = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            guard mark == applicationID || (mark == 0 && tables == 0) else { throw StoreOpenError.foreign(path: path) }
            guard try !migrator.hasBeenSuperseded(database) else { throw StoreOpenError.newerSchema(path: path) }
        }
    }

    /// Marks a database as ours, then brings it up to date; in this order, so that one whose creation was
    /// interrupted is known for what it is.
    static func run(on queue: DatabaseQueue) throws {
        try queue.inDatabase { database in
            guard try Int32.fetchOne(database, sql: "PRAGMA application_id") != applicationID else { return }
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
        do {
            try migrator.migrate(queue)
        } catch let error as DatabaseError {
            // Another process that opened it at the same time may have been first.
            guard try queue.unsafeRead({ try migrator.hasCompletedMigrations($0) }) else { throw error }
        }
    }
}
