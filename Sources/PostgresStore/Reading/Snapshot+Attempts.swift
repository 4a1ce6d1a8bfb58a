import StoredRows
import Voicemail

extension Snapshot {
    func attempts(_ query: AttemptQuery) throws -> [AttemptRecord] {
        let (column, id) =
            switch query.of {
            case .receiver(let id): ("receiver_id", id)
            case .account(let id): ("account_id", id)
            }
        return try rows(
            "SELECT \(raw: AttemptRow.columns) FROM attempt WHERE \(Self.latestAttempts(where: column, is: id)) LIMIT \(max(0, query.limit))"
        ).map { AttemptRow.decode($0) }
    }

    /// A stretch of the column's own index. Of `column = id ORDER BY serial DESC` the server may make a walk through everybody's attempts.
    static func latestAttempts(where column: String, is id: String) -> SQL {
        """
        (\(raw: column), serial) >= (\(id), 0) AND (\(raw: column), serial) <= (\(id), \(Int.max)) ORDER BY \(raw: column) DESC, serial DESC
        """
    }

    /// A step in the index for each, all in one answer.
    func attemptedReceivers(after id: String?, moreThan most: Int, limit: Int) throws -> [AttemptedReceiver] {
        guard limit > 0 else { return [] }
        let comparison = id == nil ? ">=" : ">"
        return try rows(
            """
            WITH RECURSIVE attempted AS (
                (SELECT receiver_id, 1 AS place FROM attempt WHERE receiver_id \(raw: comparison) \(id ?? "") ORDER BY receiver_id LIMIT 1)
                UNION ALL
                SELECT next.receiver_id, attempted.place + 1 FROM attempted CROSS JOIN LATERAL (
                    SELECT receiver_id FROM attempt WHERE receiver_id > attempted.receiver_id ORDER BY receiver_id LIMIT 1) AS next
                WHERE attempted.place < \(limit))
            SELECT receiver_id, (EXISTS (SELECT 1 FROM attempt AS kept WHERE kept.receiver_id = attempted.receiver_id OFFSET \(max(0, most))))::int
            FROM attempted ORDER BY place
            """
        ).map { AttemptedReceiver(id: $0.text(0), hasMore: $0.int(1) != 0) }
    }
}
