import Voicemail

/// What listings show of messages, as rows.
public enum ListedRow {
    public static let columns = """
        serial, id, account_id, mailbox_id, timestamp, folder, from_address, to_address, caller_name, caller_number, call_id, \
        length_ms, CASE WHEN transcription IS NULL THEN 0 ELSE 1 END, modified
        """

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row, _ shared: inout MessageRow.Shared) throws -> ListedMessage {
        row.read(2, into: &shared.accountID)
        row.read(3, into: &shared.mailboxID)
        row.read(7, into: &shared.to)
        return ListedMessage(
            id: row.text(1), serial: row.int(0), accountID: shared.accountID, mailboxID: shared.mailboxID, timestamp: row.timestamp(4),
            folder: try MessageRow.folder(row, 5), from: row.text(6), to: shared.to, callerName: row.text(8), callerNumber: row.text(9),
            callID: row.text(10), lengthMilliseconds: row.int(11), isTranscribed: row.int(12) != 0, modified: row.timestamp(13))
    }
}
