import StoredRows
import Voicemail

extension Transaction {
    func insert(_ message: Message) throws -> Message {
        var stored = message
        stored.serial = try session.draw("message")
        try insertRow(
            """
            INSERT INTO message (serial, id, \(raw: MessageRow.bound)) OVERRIDING SYSTEM VALUE
            VALUES (\(stored.serial), \(message.id), \(row: { MessageRow.bind(message, to: &$0) })) ON CONFLICT DO NOTHING
            """, as: .row(table: "message", id: message.id))
        return stored
    }

    func update(_ message: Message) throws {
        try change(
            """
            UPDATE message SET (\(raw: MessageRow.bound)) = ROW(\(row: { MessageRow.bind(message, to: &$0) }))
            WHERE id = \(message.id) AND \(raw: Self.isThere)
            """)
    }

    func remove(messageID: String, at: Timestamp, physically: Bool) throws {
        if physically {
            try execute("DELETE FROM message WHERE id = \(messageID)")
        } else {
            try execute("UPDATE message SET removed_at = \(at), folder = 'deleted' WHERE id = \(messageID) AND \(raw: Self.isThere)")
        }
    }

    func restore(_ message: Message) throws {
        try change("UPDATE message SET removed_at = NULL WHERE id = \(message.id) AND (removed_at IS NOT NULL) IS TRUE")
        try update(message)
    }

    func restoreMessages(mailboxID: String, removedAt: Timestamp, to folder: Folder, now: Timestamp) throws -> Int {
        try count(
            of:
                """
                UPDATE message SET removed_at = NULL, folder = \(folder.rawValue), revision = revision + 1, modified = \(now)
                WHERE removed_at = \(removedAt) AND mailbox_id = \(mailboxID)
                """)
    }

    func removeMessages(mailboxID: String, at: Timestamp) throws {
        try execute("UPDATE message SET removed_at = \(at), folder = 'deleted' WHERE mailbox_id = \(mailboxID) AND removed_at IS NULL")
    }

    // MARK: Housekeeping

    func retire(accountID: String, cutoff: Timestamp, limit: Int) throws -> Int {
        // `OFFSET 0` keeps the planner from looking at the messages of all mailboxes first.
        func turn(_ old: Int, to new: Int, where comparison: String, limit: Int) throws -> Int {
            try count(
                of:
                    """
                    UPDATE message SET retired = \(raw: String(new)) WHERE serial IN (
                        SELECT passed.serial FROM mailbox_tally CROSS JOIN LATERAL (
                            SELECT serial FROM message WHERE message.mailbox_id = mailbox_tally.mailbox_id AND folder IN ('new', 'saved')
                            AND timestamp \(raw: comparison) \(cutoff) AND removed_at IS NULL AND retired = \(raw: String(old)) OFFSET 0) AS passed
                        WHERE mailbox_tally.account_id = \(accountID) LIMIT \(max(0, limit)))
                    """)
        }
        let retired = try turn(0, to: 1, where: "<", limit: limit)
        return try retired + turn(1, to: 0, where: ">=", limit: limit - retired)
    }

    func purge(removedBefore before: Timestamp, limit: Int) throws -> [PurgedThing] {
        let messages = try changedRows(
            """
            DELETE FROM message WHERE serial IN (
                SELECT serial FROM message WHERE removed_at IS NOT NULL AND removed_at < \(before) AND \(raw: Self.isNoHeldMessage)
                LIMIT \(max(0, limit)))
            RETURNING id, blob_id, account_id
            """)
        let documents = try changedRows(
            """
            DELETE FROM document WHERE serial IN (
                SELECT serial FROM document WHERE removed_at IS NOT NULL AND removed_at < \(before) AND \(raw: Self.isOfNoHeldAccount)
                LIMIT \(max(0, limit - messages.count)))
            RETURNING id, blob_id, account_id
            """)
        if !documents.isEmpty { try forgetTallies(mailboxIDs: documents.map { $0.text(0) }) }
        try release((messages + documents).compactMap { try $0.blobID(1) })
        return (messages + documents).map { PurgedThing(id: $0.text(0), accountID: $0.text(2)) }
    }
}
