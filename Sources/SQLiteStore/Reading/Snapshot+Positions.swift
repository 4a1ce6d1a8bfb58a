import StoredRows
import Voicemail

extension Snapshot {
    static let visibleSQL = """
        SELECT \(MessageRow.columns) FROM message INDEXED BY message_by_mailbox
        WHERE removed_at IS NULL AND mailbox_id = ?1 AND folder <> 'deleted' ORDER BY timestamp, serial LIMIT ?2 OFFSET ?3
        """

    func visibleMessages(mailboxID: String, offset: Int, limit: Int, _ visit: (Message) throws -> Bool) throws {
        // SQLite takes a negative limit for none.
        guard limit > 0, offset >= 0 else { return }
        var run = try connection.prepare(Self.visibleSQL)
        run.bind(mailboxID)
        run.bind(limit)
        run.bind(offset)
        while try run.step() {
            guard try connection.visit(MessageRow.decode(run), visit) else { return }
        }
    }

    static let visibleCountSQL = """
        SELECT count(*) FROM message INDEXED BY message_by_mailbox
        WHERE removed_at IS NULL AND mailbox_id = ?1 AND folder <> 'deleted' AND (timestamp, serial) < (?2, ?3)
        """

    func visibleCount(mailboxID: String, before position: MessagePosition) throws -> Int {
        var run = try connection.prepare(Self.visibleCountSQL)
        run.bind(mailboxID)
        run.bind(position.timestamp)
        run.bind(position.serial)
        return try run.step() ? run.int(0) : 0
    }

    func visibleDays(accountID: String, from: Timestamp, to: Timestamp, ascending: Bool, _ visit: (CountedDay) throws -> Bool) throws {
        guard from <= to else { return }
        var run = try connection.prepare(
            """
            SELECT day, count FROM message_day WHERE account_id = ? AND day >= ? AND day <= ? ORDER BY day \(ascending ? "ASC" : "DESC")
            """)
        run.bind(accountID)
        run.bind(CountedDay.number(of: from))
        run.bind(CountedDay.number(of: to))
        while try run.step() {
            let whole = CountedDay(day: run.int(0), count: run.int(1))
            let isCut = from > whole.first || to < whole.last
            let count = isCut ? try visibleCount(accountID, max(from, whole.first), min(to, whole.last)) : whole.count
            guard try connection.visit(CountedDay(day: whole.day, count: count), visit) else { return }
        }
    }

    static let visibleInAccountSQL = """
        SELECT count(*) FROM message INDEXED BY message_by_account
        WHERE removed_at IS NULL AND account_id = ?1 AND folder <> 'deleted' AND timestamp >= ?2 AND timestamp <= ?3
        """

    private func visibleCount(_ accountID: String, _ from: Timestamp, _ to: Timestamp) throws -> Int {
        var run = try connection.prepare(Self.visibleInAccountSQL)
        run.bind(accountID)
        run.bind(from)
        run.bind(to)
        return try run.step() ? run.int(0) : 0
    }
}
