import StoredRows

/// Counters of an account's recordings: all of them, by day of the call, by block of serials, by caller and by callee
/// (`RecordingAxis`). They answer how many there are and where a deep page begins without reading the rows.
extension Counters {
    /// What the counters come to.
    static let countedRecordings = RecordingAxis.allCases.map { axis in
        """
        SELECT account_id, \(axis.rawValue) AS axis, \(axis.bucket(of: "recording")) AS bucket, count(*) AS count, sum(audio_size) AS bytes
        FROM recording GROUP BY 1, 2, 3
        """
    }.joined(separator: " UNION ALL ")

    /// Counts what there is; for a table that is empty.
    static let fillRecordings = "INSERT INTO recording_tally (account_id, axis, bucket, count, bytes) \(countedRecordings)"

    static let recordings = [
        """
        CREATE TRIGGER recording_tally_insert AFTER INSERT ON recording
        BEGIN
            INSERT INTO recording_tally (account_id, axis, bucket, count, bytes) VALUES
                \(RecordingAxis.allCases.map { "(NEW.account_id, \($0.rawValue), \($0.bucket(of: "NEW")), 1, NEW.audio_size)" }.joined(separator: ",\n        "))
                ON CONFLICT (account_id, axis, bucket) DO UPDATE SET count = count + 1, bytes = bytes + excluded.bytes;
        END
        """,
        """
        CREATE TRIGGER recording_tally_delete AFTER DELETE ON recording
        BEGIN
            \(RecordingAxis.allCases.map(uncount).joined(separator: "\n    "))
        END
        """,
    ]

    private static func uncount(_ axis: RecordingAxis) -> String {
        let place = "WHERE account_id = OLD.account_id AND axis = \(axis.rawValue) AND bucket = \(axis.bucket(of: "OLD"))"
        return """
            UPDATE recording_tally SET count = count - 1, bytes = bytes - OLD.audio_size \(place);
            DELETE FROM recording_tally \(place) AND count = 0;
            """
    }
}
