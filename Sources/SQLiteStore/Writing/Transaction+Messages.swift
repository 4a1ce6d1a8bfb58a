import StoredRows
import Voicemail

extension Transaction {
    func insert(_ message: Message) throws -> Message {
        try execute(
            """
            INSERT INTO message (id, account_id, mailbox_id, timestamp, folder, from_address, to_address, caller_name, caller_number, call_id,
            length_ms, blob_id, audio_size, content_type, file_name, transcription, history, readers, revision, modified, reception, notices, stored_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ) { run in
            run.bind(message.id)
            MessageRow.bind(message, to: &run)
        }
        var stored = message
        stored.serial = connection.lastSerial
        return stored
    }

    func update(_ message: Message) throws {
        try change(
            """
            UPDATE message SET account_id = ?, mailbox_id = ?, timestamp = ?, folder = ?, from_address = ?, to_address = ?, caller_name = ?,
            caller_number = ?, call_id = ?, length_ms = ?, blob_id = ?, audio_size = ?, content_type = ?, file_name = ?, transcription = ?,
            history = ?, readers = ?, revision = ?, modified = ?, reception = ?, notices = ?, stored_at = ?
            WHERE id = ? AND removed_at IS NULL
            """
        ) { run in
            MessageRow.bind(message, to: &run)
            run.bind(message.id)
        }
    }

    func remove(messageID: String, at: Timestamp, physically: Bool) throws {
        if physically {
            try execute("DELETE FROM message WHERE id = ?") { $0.bind(messageID) }
        } else {
            try execute("UPDATE message SET removed_at = ?, folder = 'deleted' WHERE id = ? AND removed_at IS NULL") { run in
                run.bind(at)
                run.bind(messageID)
            }
        }
    }

    func restore(_ message: Message) throws {
        try change("UPDATE message SET removed_at = NULL WHERE id = ? AND removed_at IS NOT NULL") { $0.bind(message.id) }
        try update(message)
    }

    func restoreMessages(mailboxID: String, removedAt: Timestamp, to folder: Folder, now: Timestamp) throws -> Int {
        try executeInParts(
            """
            UPDATE message SET removed_at = NULL, folder = ?, revision = revision + 1, modified = ?
            WHERE serial IN (SELECT serial FROM message INDEXED BY message_removed WHERE removed_at = ? AND mailbox_id = ? LIMIT ?)
            """
        ) { run in
            run.bind(folder.rawValue)
            run.bind(now)
            run.bind(removedAt)
            run.bind(mailboxID)
        }
    }

    func removeMessages(mailboxID: String, at: Timestamp) throws {
        try executeInParts(
            """
            UPDATE message SET removed_at = ?, folder = 'deleted'
            WHERE serial IN (SELECT serial FROM message INDEXED BY message_by_mailbox WHERE mailbox_id = ? AND removed_at IS NULL LIMIT ?)
            """
        ) { run in
            run.bind(at)
            run.bind(mailboxID)
        }
    }
}
