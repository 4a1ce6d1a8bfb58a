import Foundation
import StoredRows
import Voicemail

/// Kept counters beside what they count, one pass over each.
extension PostgresStore {
    private static let mailboxDifferences = """
        SELECT mailbox_id, max(account_id), sum(kept_new)::bigint, sum(kept_saved)::bigint, sum(counted_new)::bigint, sum(counted_saved)::bigint FROM (
            SELECT mailbox_id, account_id, new_count AS kept_new, saved_count AS kept_saved, 0 AS counted_new, 0 AS counted_saved FROM mailbox_tally
            UNION ALL
            SELECT mailbox_id, account_id, 0, 0, (folder = 'new')::int, (folder = 'saved')::int FROM message
            WHERE removed_at IS NULL AND retired = 0 AND folder <> 'deleted') AS counters
        GROUP BY mailbox_id HAVING sum(kept_new) <> sum(counted_new) OR sum(kept_saved) <> sum(counted_saved) ORDER BY mailbox_id
        """

    private static let dayDifferences = """
        SELECT account_id, day, sum(kept)::bigint, sum(counted)::bigint FROM (
            SELECT account_id, day, count AS kept, 0 AS counted FROM message_day
            UNION ALL SELECT account_id, day_of(timestamp), 0, 1 FROM message WHERE removed_at IS NULL AND folder <> 'deleted') AS counters
        GROUP BY account_id, day HAVING sum(kept) <> sum(counted) ORDER BY account_id, day
        """

    private static let countedRecordings = """
        SELECT account_id, axis, bucket, number, count(*) AS counted, sum(audio_size) AS counted_bytes
        FROM recording CROSS JOIN LATERAL (
            VALUES (0, 0, ''), (1, day_of(started), ''), (2, serial / 4096, ''), (3, 0, caller_number), (4, 0, callee_number)) AS counter (axis, bucket, number)
        GROUP BY account_id, axis, bucket, number
        """

    private static let recordingDifferences = """
        SELECT account_id, axis::bigint, bucket, number, sum(kept)::bigint, sum(kept_bytes)::bigint, sum(counted)::bigint, sum(counted_bytes)::bigint FROM (
            SELECT account_id, axis, bucket, number, count AS kept, bytes AS kept_bytes, 0 AS counted, 0 AS counted_bytes FROM recording_tally
            UNION ALL SELECT account_id, axis, bucket, number, 0, 0, counted, counted_bytes FROM (\(countedRecordings)) AS anew) AS counters
        GROUP BY account_id, axis, bucket, number HAVING sum(kept) <> sum(counted) OR sum(kept_bytes) <> sum(counted_bytes)
        ORDER BY account_id, axis, bucket, number
        """

    private static let documentDifferences = """
        SELECT account_id, kind, sum(kept)::bigint, sum(counted)::bigint FROM (
            SELECT account_id, kind, has_lookup, count AS kept, 0 AS counted FROM document_tally
            UNION ALL SELECT account_id, kind, (lookup IS NOT NULL)::int, 0, 1 FROM document WHERE removed_at IS NULL) AS counters
        GROUP BY account_id, kind, has_lookup HAVING sum(kept) <> sum(counted) ORDER BY account_id, kind, has_lookup
        """

    public func recount(limit: Int) async throws -> [TallyDifference] {
        try await aside { session in
            try session.read { try Self.mailboxes(session, limit).map { $0.difference } }
        }
    }

    public func recountAccounts(limit: Int) async throws -> [CounterDifference] {
        try await aside { session in
            try session.read { try Self.accounts(session, limit) }
        }
    }

    public func repairTallies() async throws -> Int {
        try await aside { session in
            try session.write {
                let wrong = try Self.mailboxes(session, .max)
                for (account, difference) in wrong {
                    _ = try session.run(
                        """
                        INSERT INTO mailbox_tally (mailbox_id, account_id, new_count, saved_count)
                        VALUES (\(difference.mailboxID), \(account), \(difference.counted.new), \(difference.counted.saved))
                        ON CONFLICT (mailbox_id) DO UPDATE SET new_count = excluded.new_count, saved_count = excluded.saved_count
                        """)
                }
                let others = try Self.accounts(session, .max).count
                if others > 0 { for statement in Self.countAnew { _ = try session.run(SQL(stringLiteral: statement)) } }
                return wrong.count + others
            }
        }
    }

    /// How often documents changed is not lost.
    private static let countAnew = [
        "DELETE FROM message_day",
        """
        INSERT INTO message_day (account_id, day, slot, count)
        SELECT account_id, day_of(timestamp), 0, count(*) FROM message WHERE removed_at IS NULL AND folder <> 'deleted' GROUP BY 1, 2
        """,
        "DELETE FROM recording_tally",
        """
        INSERT INTO recording_tally (account_id, axis, bucket, number, slot, count, bytes)
        SELECT account_id, axis, bucket, number, 0, counted, counted_bytes FROM (\(countedRecordings)) AS anew
        """,
        "UPDATE document_tally SET count = 0, changes = changes + 1",
        """
        INSERT INTO document_tally AS kept (account_id, kind, has_lookup, slot, count, changes)
        SELECT account_id, kind, (lookup IS NOT NULL)::int, 0, count(*), 1 FROM document WHERE removed_at IS NULL GROUP BY 1, 2, 3
        ON CONFLICT (account_id, kind, has_lookup, slot) DO UPDATE SET count = excluded.count
        """,
    ]

    private static func mailboxes(_ session: Session, _ limit: Int) throws -> [(account: String, difference: TallyDifference)] {
        try session.run("\(raw: mailboxDifferences) LIMIT \(max(0, limit))").rows.map { row in
            (
                row.text(1),
                TallyDifference(
                    mailboxID: row.text(0), kept: Tally(new: row.int(2), saved: row.int(3)), counted: Tally(new: row.int(4), saved: row.int(5)))
            )
        }
    }

    private static func accounts(_ session: Session, _ limit: Int) throws -> [CounterDifference] {
        var found = try session.run("\(raw: dayDifferences) LIMIT \(max(0, limit))").rows.map { row in
            CounterDifference(
                accountID: row.text(0), subject: "messages of " + date(ofDay: row.int(1)), kept: .init(rows: row.int(2), bytes: nil),
                counted: .init(rows: row.int(3), bytes: nil))
        }
        found += try session.run("\(raw: recordingDifferences) LIMIT \(max(0, limit))").rows.map { row in
            let subject =
                switch RecordingAxis(rawValue: row.int(1)) {
                case .all: "recordings"
                case .day: "recordings of " + date(ofDay: row.int(2))
                case .block: "recordings of block \(row.int(2))"
                case .caller: "recordings of caller " + row.text(3)
                case .callee: "recordings of callee " + row.text(3)
                case nil: "recordings by what is not counted"
                }
            return CounterDifference(
                accountID: row.text(0), subject: subject, kept: .init(rows: row.int(4), bytes: row.int(5)),
                counted: .init(rows: row.int(6), bytes: row.int(7)))
        }
        found += try session.run("\(raw: documentDifferences) LIMIT \(max(0, limit))").rows.map { row in
            CounterDifference(
                accountID: row.text(0), subject: "documents of kind " + row.text(1), kept: .init(rows: row.int(2), bytes: nil),
                counted: .init(rows: row.int(3), bytes: nil))
        }
        return found
    }

    private static func date(ofDay day: Int) -> String {
        let (seconds, isTooFar) = day.multipliedReportingOverflow(by: 86_400)
        guard !isTooFar, Timestamp.plausible.contains(seconds) else { return "day \(day)" }
        return Timestamp(unix: seconds).fields(in: .gmt).date("-")
    }
}
