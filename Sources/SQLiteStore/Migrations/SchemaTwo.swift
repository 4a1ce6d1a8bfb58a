/// Recordings, the outbox, failed logins, who has heard a shared message, and the tree of accounts.
///
/// The rowid at the end of an index is the serial, so each index on numbers alone is in the order of serials.
enum SchemaTwo {
    static let statements = [
        "ALTER TABLE message ADD COLUMN readers TEXT", recording, recordingTally, delivery, deliveryTally, loginCount,
    ] + indexes + triggers + accountTree

    private static let recording = """
        CREATE TABLE recording (
            serial INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            account_id TEXT NOT NULL,
            name TEXT NOT NULL,
            source TEXT,
            started INTEGER NOT NULL,
            caller_number TEXT NOT NULL,
            caller_name TEXT NOT NULL,
            callee_number TEXT NOT NULL,
            callee_name TEXT NOT NULL,
            direction TEXT NOT NULL,
            call_id TEXT NOT NULL,
            call_record_id TEXT NOT NULL,
            duration_ms INTEGER NOT NULL,
            blob_id TEXT NOT NULL REFERENCES blob (id),
            audio_size INTEGER NOT NULL,
            content_type TEXT NOT NULL,
            file_name TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT
        """

    /// Counters of an account's recordings: all of them, by day of the call, by block of serials, by caller and by callee
    /// (`RecordingAxis`). They answer how many there are and where a deep page begins without reading the rows.
    private static let recordingTally = """
        CREATE TABLE recording_tally (
            account_id TEXT NOT NULL,
            axis INTEGER NOT NULL,
            bucket ANY NOT NULL,
            count INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (account_id, axis, bucket)
        ) STRICT, WITHOUT ROWID
        """

    /// What the counters come to.
    static let countedRecordings = RecordingAxis.allCases.map { axis in
        """
        SELECT account_id, \(axis.rawValue) AS axis, \(axis.bucket(of: "recording")) AS bucket, count(*) AS count, sum(audio_size) AS bytes
        FROM recording GROUP BY 1, 2, 3
        """
    }.joined(separator: " UNION ALL ")

    /// Counts what there is; for a table that is empty.
    static let fillRecordingTally = "INSERT INTO recording_tally (account_id, axis, bucket, count, bytes) \(countedRecordings)"

    private static let delivery = """
        CREATE TABLE delivery (
            serial INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            channel TEXT NOT NULL,
            target TEXT NOT NULL,
            account_id TEXT NOT NULL,
            event_serial INTEGER NOT NULL,
            payload TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            due INTEGER NOT NULL,
            claimed_by TEXT,
            claimed_until INTEGER NOT NULL DEFAULT 0,
            failure TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT
        """

    /// How many deliveries there are in each state, so that metrics read none of them.
    private static let deliveryTally = """
        CREATE TABLE delivery_tally (
            state TEXT NOT NULL PRIMARY KEY,
            count INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    /// Some ten thousand rows at most.
    private static let loginCount = """
        CREATE TABLE login_count (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            label TEXT NOT NULL,
            failures INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    private static let indexes = [
        "CREATE UNIQUE INDEX recording_by_name ON recording (account_id, name)",
        "CREATE UNIQUE INDEX recording_by_source ON recording (account_id, source) WHERE source IS NOT NULL",
        "CREATE UNIQUE INDEX recording_by_call_record ON recording (account_id, call_record_id)",
        "CREATE INDEX recording_by_account ON recording (account_id)",
        "CREATE INDEX recording_by_time ON recording (account_id, started)",
        "CREATE INDEX recording_by_caller ON recording (account_id, caller_number)",
        "CREATE INDEX recording_by_caller_time ON recording (account_id, caller_number, started)",
        "CREATE INDEX recording_by_callee ON recording (account_id, callee_number)",
        "CREATE INDEX recording_by_callee_time ON recording (account_id, callee_number, started)",
        "CREATE INDEX recording_by_blob ON recording (blob_id)",
        // When each target is next due; and what of it is due, oldest first, however long its backlog is.
        "CREATE INDEX delivery_due ON delivery (state, channel, target, due)",
        "CREATE INDEX delivery_backlog ON delivery (state, channel, target, serial, due)",
        "CREATE INDEX delivery_claimed ON delivery (channel, target, claimed_until) WHERE claimed_until <> 0",
        "CREATE INDEX delivery_by_account ON delivery (account_id)",
        "CREATE INDEX login_count_by_weight ON login_count (kind, failures, last)",
        "CREATE INDEX login_count_by_time ON login_count (last)",
    ]

    private static let triggers = [
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
        """
        CREATE TRIGGER delivery_tally_insert AFTER INSERT ON delivery
        BEGIN
            \(countDelivery)
        END
        """,
        """
        CREATE TRIGGER delivery_tally_delete AFTER DELETE ON delivery
        BEGIN
            \(uncountDelivery)
        END
        """,
        """
        CREATE TRIGGER delivery_tally_update AFTER UPDATE OF state ON delivery WHEN OLD.state <> NEW.state
        BEGIN
            \(uncountDelivery)
            \(countDelivery)
        END
        """,
    ]

    private static let countDelivery = """
        INSERT INTO delivery_tally (state, count) VALUES (NEW.state, 1) ON CONFLICT (state) DO UPDATE SET count = count + 1;
        """
    private static let uncountDelivery = "UPDATE delivery_tally SET count = count - 1 WHERE state = OLD.state;"

    private static func uncount(_ axis: RecordingAxis) -> String {
        let place = "WHERE account_id = OLD.account_id AND axis = \(axis.rawValue) AND bucket = \(axis.bucket(of: "OLD"))"
        return """
            UPDATE recording_tally SET count = count - 1, bytes = bytes - OLD.audio_size \(place);
            DELETE FROM recording_tally \(place) AND count = 0;
            """
    }
}

/// What recordings are counted by.
enum RecordingAxis: Int, CaseIterable {
    case all = 0, day, block, caller, callee

    /// Serials that share a counter.
    static let blockSize = 4096

    /// The day of a number of seconds in SQL, rounded downwards also before 1970, as `CountedDay` has it.
    static func day(of seconds: String) -> String { "(\(seconds) - ((\(seconds) % 86400) + 86400) % 86400) / 86400" }

    /// The counter of a `row` in SQL.
    func bucket(of row: String) -> String {
        switch self {
        case .all: "0"
        case .day: Self.day(of: "\(row).started")
        case .block: "\(row).serial / 4096"
        case .caller: "\(row).caller_number"
        case .callee: "\(row).callee_number"
        }
    }
}
