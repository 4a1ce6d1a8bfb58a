/// How many messages of an account that are not in the trash were left on each day, so that a page deep in a list of calls begins where
/// it begins without reading the rows before it.
enum SchemaThree {
    static let statements = [messageDay, fill] + triggers

    /// Days are of UTC and counted from 1970, as those of `recording_tally`.
    private static let messageDay = """
        CREATE TABLE message_day (
            account_id TEXT NOT NULL,
            day INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (account_id, day)
        ) STRICT, WITHOUT ROWID
        """

    /// Counts what there is; for a table that is empty.
    static let fill = """
        INSERT INTO message_day (account_id, day, count)
        SELECT account_id, \(day(of: "message")), count(*) FROM message WHERE \(isVisible("message")) GROUP BY 1, 2
        """

    private static let triggers = [
        "CREATE TRIGGER message_day_insert AFTER INSERT ON message WHEN \(isVisible("NEW")) BEGIN \(count) END",
        "CREATE TRIGGER message_day_delete AFTER DELETE ON message WHEN \(isVisible("OLD")) BEGIN \(uncount) END",
        """
        CREATE TRIGGER message_day_leave AFTER UPDATE OF account_id, timestamp, folder, removed_at ON message
        WHEN \(isVisible("OLD")) AND NOT (\(isVisible("NEW")) AND \(isSameDay)) BEGIN \(uncount) END
        """,
        """
        CREATE TRIGGER message_day_enter AFTER UPDATE OF account_id, timestamp, folder, removed_at ON message
        WHEN \(isVisible("NEW")) AND NOT (\(isVisible("OLD")) AND \(isSameDay)) BEGIN \(count) END
        """,
    ]

    private static let count = """
        INSERT INTO message_day (account_id, day, count) VALUES (NEW.account_id, \(day(of: "NEW")), 1)
            ON CONFLICT (account_id, day) DO UPDATE SET count = count + 1;
        """

    private static let uncount = """
        UPDATE message_day SET count = count - 1 WHERE account_id = OLD.account_id AND day = \(day(of: "OLD"));
        DELETE FROM message_day WHERE account_id = OLD.account_id AND day = \(day(of: "OLD")) AND count = 0;
        """

    private static let isSameDay = "NEW.account_id = OLD.account_id AND NEW.timestamp = OLD.timestamp"

    /// Whether a `row` in SQL is counted.
    static func isVisible(_ row: String) -> String { "\(row).removed_at IS NULL AND \(row).folder <> 'deleted'" }

    private static func day(of row: String) -> String { RecordingAxis.day(of: "\(row).timestamp") }
}
