import StoredRows

extension Counters {
    /// How many messages of a mailbox are new and saved: none in the trash, and none that retention has ended.
    static let messages = [
        """
        CREATE TRIGGER message_tally_insert AFTER INSERT ON message
        WHEN NEW.removed_at IS NULL AND NEW.retired = 0 AND NEW.folder <> 'deleted'
        BEGIN
            \(count)
        END
        """,
        """
        CREATE TRIGGER message_tally_delete AFTER DELETE ON message
        WHEN OLD.removed_at IS NULL AND OLD.retired = 0 AND OLD.folder <> 'deleted'
        BEGIN
            \(uncount)
        END
        """,
        """
        CREATE TRIGGER message_tally_leave AFTER UPDATE OF mailbox_id, account_id, folder, retired, removed_at ON message
        WHEN OLD.removed_at IS NULL AND OLD.retired = 0 AND OLD.folder <> 'deleted'
        BEGIN
            \(uncount)
        END
        """,
        """
        CREATE TRIGGER message_tally_enter AFTER UPDATE OF mailbox_id, account_id, folder, retired, removed_at ON message
        WHEN NEW.removed_at IS NULL AND NEW.retired = 0 AND NEW.folder <> 'deleted'
        BEGIN
            \(count)
        END
        """,
    ]

    private static let count = """
        INSERT INTO mailbox_tally (mailbox_id, account_id, new, saved)
            VALUES (NEW.mailbox_id, NEW.account_id, NEW.folder = 'new', NEW.folder = 'saved')
            ON CONFLICT (mailbox_id) DO UPDATE SET
                account_id = excluded.account_id, new = new + excluded.new, saved = saved + excluded.saved;
        """

    private static let uncount = """
        UPDATE mailbox_tally SET new = new - (OLD.folder = 'new'), saved = saved - (OLD.folder = 'saved')
            WHERE mailbox_id = OLD.mailbox_id;
        """
}

/// How many messages of an account that are not in the trash were left on each day, so that a page deep in a list of calls begins where
/// it begins without reading the rows before it. Days are of UTC and counted from 1970, as those of `RecordingAxis`.
extension Counters {
    /// Counts what there is; for a table that is empty.
    static let fillMessageDays = """
        INSERT INTO message_day (account_id, day, count)
        SELECT account_id, \(day(of: "message")), count(*) FROM message WHERE \(isVisible("message")) GROUP BY 1, 2
        """

    static let messageDays = [
        "CREATE TRIGGER message_day_insert AFTER INSERT ON message WHEN \(isVisible("NEW")) BEGIN \(countDay) END",
        "CREATE TRIGGER message_day_delete AFTER DELETE ON message WHEN \(isVisible("OLD")) BEGIN \(uncountDay) END",
        """
        CREATE TRIGGER message_day_leave AFTER UPDATE OF account_id, timestamp, folder, removed_at ON message
        WHEN \(isVisible("OLD")) AND NOT (\(isVisible("NEW")) AND \(isSameDay)) BEGIN \(uncountDay) END
        """,
        """
        CREATE TRIGGER message_day_enter AFTER UPDATE OF account_id, timestamp, folder, removed_at ON message
        WHEN \(isVisible("NEW")) AND NOT (\(isVisible("OLD")) AND \(isSameDay)) BEGIN \(countDay) END
        """,
    ]

    private static let countDay = """
        INSERT INTO message_day (account_id, day, count) VALUES (NEW.account_id, \(day(of: "NEW")), 1)
            ON CONFLICT (account_id, day) DO UPDATE SET count = count + 1;
        """

    private static let uncountDay = """
        UPDATE message_day SET count = count - 1 WHERE account_id = OLD.account_id AND day = \(day(of: "OLD"));
        DELETE FROM message_day WHERE account_id = OLD.account_id AND day = \(day(of: "OLD")) AND count = 0;
        """

    private static let isSameDay = "NEW.account_id = OLD.account_id AND NEW.timestamp = OLD.timestamp"

    /// Whether a `row` in SQL is counted.
    static func isVisible(_ row: String) -> String { "\(row).removed_at IS NULL AND \(row).folder <> 'deleted'" }

    private static func day(of row: String) -> String { RecordingAxis.day(of: "\(row).timestamp") }
}
