import GRDB
import Voicemail

extension SQLiteStore {
    /// Looks for damage in the file: every page, every index against its table, every reference.
    /// - Returns: what is wrong, one line each, at most `limit` of the first kind; empty when all is well.
    public func integrityCheck(limit: Int) async throws -> [String] {
        try await aside { connection in
            try connection.unsafeRead { database in
                let lines = try String.fetchAll(database, sql: "SELECT integrity_check FROM pragma_integrity_check(?)", arguments: [limit])
                let references = try Row.fetchAll(database, sql: "SELECT \"table\", \"parent\", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2")
                return lines.filter { $0 != "ok" }
                    + references.map { row in "\(row[2] as Int) rows of \(row[0] as String) name a \(row[1] as String) that is not there" }
            }
        }
    }

    /// Kept and counted, side by side. The sum of both is one pass over the index that counts.
    private static let differencesSQL = """
        SELECT mailbox_id, sum(kept_new), sum(kept_saved), sum(counted_new), sum(counted_saved) FROM (
            SELECT mailbox_id, new AS kept_new, saved AS kept_saved, 0 AS counted_new, 0 AS counted_saved FROM mailbox_tally
            UNION ALL
            SELECT mailbox_id, 0, 0, folder = 'new', folder = 'saved' FROM message INDEXED BY message_counted
            WHERE removed_at IS NULL AND retired = 0 AND folder <> 'deleted')
        GROUP BY mailbox_id HAVING sum(kept_new) <> sum(counted_new) OR sum(kept_saved) <> sum(counted_saved)
        ORDER BY mailbox_id LIMIT ?
        """

    /// Compares the kept counters with the messages themselves.
    /// - Returns: mailboxes that differ, at most `limit`.
    public func recount(limit: Int) async throws -> [TallyDifference] {
        try await aside { connection in
            try connection.unsafeRead { try Self.differences(Connection($0, inTransaction: false), limit) }
        }
    }

    /// Sets wrong counters right, those of mailboxes and those of accounts.
    /// - Returns: how many were wrong.
    public func repairTallies() async throws -> Int {
        try await transaction { writer in
            let wrong = try Self.differences(writer.connection, Int.max)
            for difference in wrong {
                try writer.execute(
                    """
                    INSERT INTO mailbox_tally (mailbox_id, account_id, new, saved)
                    VALUES (?1, coalesce((SELECT account_id FROM message WHERE mailbox_id = ?1 AND removed_at IS NULL LIMIT 1), ''), ?2, ?3)
                    ON CONFLICT (mailbox_id) DO UPDATE SET new = excluded.new, saved = excluded.saved
                    """
                ) { run in
                    run.bind(difference.mailboxID)
                    run.bind(difference.counted.new)
                    run.bind(difference.counted.saved)
                }
            }
            return try wrong.count + Self.repairCounters(writer)
        }
    }

    private static func differences(_ connection: Connection, _ limit: Int) throws -> [TallyDifference] {
        var run = try connection.prepare(differencesSQL)
        run.bind(max(0, limit))
        var found: [TallyDifference] = []
        while try run.step() {
            found.append(
                TallyDifference(
                    mailboxID: run.text(0), kept: Tally(new: run.int(1), saved: run.int(2)), counted: Tally(new: run.int(3), saved: run.int(4))))
        }
        return found
    }
}
