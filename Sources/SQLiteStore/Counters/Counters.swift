import GRDB

/// Counters that follow the rows, whatever statement changes them: triggers, and how each is counted anew.
///
/// Triggers hold no data, so they are no migrations: whoever opens a database puts this program's in place before anything else.
/// When one is to count something else, a migration counts anew what there is. Those that keep the audit log as it is are among them.
enum Counters {
    static let triggers = messages + messageDays + recordings + deliveries + documents + accountTree + audit

    /// SQLite keeps the text of a trigger as it was given.
    static func areInstalled(in database: Database) throws -> Bool {
        let found = try String.fetchSet(database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
        return found == Set(triggers)
    }

    /// Puts the triggers in place, all in one transaction, where any is missing or another.
    static func install(in database: Database) throws {
        guard try !areInstalled(in: database) else { return }
        try database.inTransaction(.immediate) {
            for name in try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
                try database.execute(sql: "DROP TRIGGER \"\(name.replacing("\"", with: "\"\""))\"")
            }
            for trigger in triggers { try database.execute(sql: trigger) }
            return .commit
        }
    }
}
