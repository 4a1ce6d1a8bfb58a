import StoredRows
import Voicemail

extension Snapshot {
    private static let isVisible = "removed_at IS NULL AND folder <> 'deleted'"

    /// What is left out is passed over in an index; only the rows of the page are read.
    func visibleMessages(mailboxID: String, offset: Int, limit: Int, _ visit: (Message) throws -> Bool) throws {
        guard limit > 0, offset >= 0 else { return }
        let columns = MessageRow.columns.split(separator: ", ").map { "message.\($0)" }.joined(separator: ", ")
        try self.visit(
            """
            SELECT \(raw: columns) FROM (
                SELECT timestamp, serial FROM message WHERE \(raw: Self.isVisible) AND mailbox_id = \(mailboxID)
                ORDER BY timestamp, serial LIMIT \(limit) OFFSET \(offset)) AS place
            JOIN message ON message.serial = place.serial ORDER BY place.timestamp, place.serial
            """
        ) { try visit(MessageRow.decode($0)) }
    }

    func visibleCount(mailboxID: String, before position: MessagePosition) throws -> Int {
        try first(
            """
            SELECT count(*) FROM message WHERE \(raw: Self.isVisible) AND mailbox_id = \(mailboxID)
            AND (timestamp, serial) < (\(position.timestamp), \(position.serial))
            """)?.int(0) ?? 0
    }

    func visibleDays(accountID: String, from: Timestamp, to: Timestamp, ascending: Bool, _ visit: (CountedDay) throws -> Bool) throws {
        guard from <= to else { return }
        let days = try rows(
            """
            SELECT day, sum(count)::bigint FROM message_day
            WHERE account_id = \(accountID) AND day >= \(CountedDay.number(of: from)) AND day <= \(CountedDay.number(of: to))
            GROUP BY day HAVING sum(count) <> 0 ORDER BY day \(raw: ascending ? "ASC" : "DESC")
            """)
        for row in days {
            let whole = CountedDay(day: row.int(0), count: row.int(1))
            let isCut = from > whole.first || to < whole.last
            let count = isCut ? try visibleCount(accountID, max(from, whole.first), min(to, whole.last)) : whole.count
            guard try session.show(CountedDay(day: whole.day, count: count), visit) else { return }
        }
    }

    private func visibleCount(_ accountID: String, _ from: Timestamp, _ to: Timestamp) throws -> Int {
        try first(
            """
            SELECT count(*) FROM message WHERE \(raw: Self.isVisible) AND account_id = \(accountID) AND timestamp >= \(from) AND timestamp <= \(to)
            """)?.int(0) ?? 0
    }
}
