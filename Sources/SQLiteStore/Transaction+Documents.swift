import Voicemail

extension Transaction {
    func insert(_ document: Document) throws -> Document {
        try execute("""
            INSERT INTO document (id, kind, account_id, name, key, scope, lookup, owner_id, attributes, hidden, blob_id, revision, created, modified)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """) { run in
            run.bind(document.id)
            DocumentRow.bind(document, to: &run)
        }
        var stored = document
        stored.serial = connection.lastSerial
        return stored
    }

    func update(_ document: Document) throws {
        try change("""
            UPDATE document SET kind = ?, account_id = ?, name = ?, key = ?, scope = ?, lookup = ?, owner_id = ?, attributes = ?, hidden = ?,
            blob_id = ?, revision = ?, created = ?, modified = ? WHERE id = ? AND removed_at IS NULL
            """) { run in
            DocumentRow.bind(document, to: &run)
            run.bind(document.id)
        }
    }

    func remove(documentID: String, at: Timestamp, physically: Bool) throws {
        if physically {
            try execute("DELETE FROM document WHERE id = ?") { $0.bind(documentID) }
            try forgetTally(mailboxID: documentID)
        } else {
            try execute("UPDATE document SET removed_at = ? WHERE id = ? AND removed_at IS NULL") { run in
                run.bind(at)
                run.bind(documentID)
            }
        }
    }

    func removeContents(accountID: String, at: Timestamp) throws {
        try executeInParts("""
            UPDATE message SET removed_at = ?, folder = 'deleted'
            WHERE serial IN (SELECT serial FROM message INDEXED BY message_by_account WHERE account_id = ? AND removed_at IS NULL LIMIT ?)
            """) { run in
            run.bind(at)
            run.bind(accountID)
        }
        try executeInParts("""
            UPDATE document SET removed_at = ? WHERE serial IN (
                SELECT serial FROM document INDEXED BY document_by_account
                WHERE account_id = ? AND removed_at IS NULL AND id <> account_id LIMIT ?)
            """) { run in
            run.bind(at)
            run.bind(accountID)
        }
        try execute("""
            INSERT OR IGNORE INTO blob_garbage (blob_id) SELECT blob_id FROM recording WHERE account_id = ?
            """) { $0.bind(accountID) }
        try executeInParts("""
            DELETE FROM recording WHERE serial IN (SELECT serial FROM recording INDEXED BY recording_by_account WHERE account_id = ? LIMIT ?)
            """) { $0.bind(accountID) }
        try executeInParts("""
            DELETE FROM delivery WHERE serial IN (SELECT serial FROM delivery INDEXED BY delivery_by_account WHERE account_id = ? LIMIT ?)
            """) { $0.bind(accountID) }
        try removeSessions(accountID: accountID, userID: nil, credentialID: nil)
        try executeInParts("""
            DELETE FROM credential WHERE id IN (SELECT id FROM credential WHERE account_id = ? LIMIT ?)
            """) { $0.bind(accountID) }
    }

    /// Drops the counters of a mailbox that is gone, once nothing is counted in them.
    func forgetTally(mailboxID: String) throws {
        try execute("DELETE FROM mailbox_tally WHERE mailbox_id = ? AND new = 0 AND saved = 0") { $0.bind(mailboxID) }
    }
}
