import Foundation
import GRDB
import StoredRows
import Voicemail

/// The counters of an account that listings begin their pages by: messages by day, recordings along each `RecordingAxis`, and documents by kind.
extension SQLiteStore {
    private static let dayDifferencesSQL = """
        SELECT account_id, day, sum(kept), sum(counted) FROM (
            SELECT account_id, day, count AS kept, 0 AS counted FROM message_day
            UNION ALL
            SELECT account_id, \(RecordingAxis.day(of: "message.timestamp")), 0, 1 FROM message WHERE \(Counters.isVisible("message")))
        GROUP BY account_id, day HAVING sum(kept) <> sum(counted) ORDER BY account_id, day LIMIT ?
        """

    private static let recordingDifferencesSQL = """
        SELECT account_id, axis, bucket, sum(kept), sum(kept_bytes), sum(counted), sum(counted_bytes) FROM (
            SELECT account_id, axis, bucket, count AS kept, bytes AS kept_bytes, 0 AS counted, 0 AS counted_bytes FROM recording_tally
            UNION ALL
            SELECT account_id, axis, bucket, 0, 0, count, bytes FROM (\(Counters.countedRecordings)))
        GROUP BY account_id, axis, bucket HAVING sum(kept) <> sum(counted) OR sum(kept_bytes) <> sum(counted_bytes)
        ORDER BY account_id, axis, bucket LIMIT ?
        """

    private static let documentDifferencesSQL = """
        SELECT account_id, kind, sum(kept), sum(counted) FROM (
            SELECT account_id, kind, has_lookup, count AS kept, 0 AS counted FROM document_tally
            UNION ALL
            SELECT account_id, kind, has_lookup, 0, count FROM (\(Counters.countedDocuments)))
        GROUP BY account_id, kind, has_lookup HAVING sum(kept) <> sum(counted) ORDER BY account_id, kind, has_lookup LIMIT ?
        """

    /// Compares the kept counters of accounts with the messages, recordings and documents themselves, one pass over each.
    /// - Returns: counters that differ, at most `limit` of each kind.
    public func recountAccounts(limit: Int) async throws -> [CounterDifference] {
        try await aside { connection in
            try connection.unsafeRead { try Self.counterDifferences(Connection($0, inTransaction: false), limit) }
        }
    }

    /// Counts anew what is counted wrong.
    /// - Returns: how many counters were wrong.
    static func repairCounters(_ writer: Transaction) throws -> Int {
        let wrong = try counterDifferences(writer.connection, Int.max)
        guard !wrong.isEmpty else { return 0 }
        for statement in ["DELETE FROM message_day", Counters.fillMessageDays, "DELETE FROM recording_tally", Counters.fillRecordings]
            + Counters.refillDocuments
        {
            try writer.execute(statement)
        }
        return wrong.count
    }

    private static func counterDifferences(_ connection: Connection, _ limit: Int) throws -> [CounterDifference] {
        var found: [CounterDifference] = []
        var days = try connection.prepare(dayDifferencesSQL)
        days.bind(max(0, limit))
        while try days.step() {
            found.append(
                CounterDifference(
                    accountID: days.text(0), subject: "messages of " + date(ofDay: days.int(1)), kept: .init(rows: days.int(2), bytes: nil),
                    counted: .init(rows: days.int(3), bytes: nil)))
        }
        var recordings = try connection.prepare(recordingDifferencesSQL)
        recordings.bind(max(0, limit))
        while try recordings.step() {
            let subject =
                switch RecordingAxis(rawValue: recordings.int(1)) {
                case .all: "recordings"
                case .day: "recordings of " + date(ofDay: recordings.int(2))
                case .block: "recordings of block \(recordings.text(2))"
                case .caller: "recordings of caller " + recordings.text(2)
                case .callee: "recordings of callee " + recordings.text(2)
                case nil: "recordings by what is not counted"
                }
            found.append(
                CounterDifference(
                    accountID: recordings.text(0), subject: subject, kept: .init(rows: recordings.int(3), bytes: recordings.int(4)),
                    counted: .init(rows: recordings.int(5), bytes: recordings.int(6))))
        }
        var documents = try connection.prepare(documentDifferencesSQL)
        documents.bind(max(0, limit))
        while try documents.step() {
            found.append(
                CounterDifference(
                    accountID: documents.text(0), subject: "documents of kind " + documents.text(1), kept: .init(rows: documents.int(2), bytes: nil),
                    counted: .init(rows: documents.int(3), bytes: nil)))
        }
        return found
    }

    private static func date(ofDay day: Int) -> String {
        let (seconds, isTooFar) = day.multipliedReportingOverflow(by: 86_400)
        guard !isTooFar, Timestamp.plausible.contains(seconds) else { return "day \(day)" }
        return Timestamp(unix: seconds).fields(in: .gmt).date("-")
    }
}
