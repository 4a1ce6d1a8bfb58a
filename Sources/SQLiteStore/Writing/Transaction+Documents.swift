import StoredRows
import Voicemail

extension Transaction {
    func insert(_ document: StoredDocument) throws -> StoredDocument {
        try execute(
            """
            INSERT INTO document (id, kind, account_id, name, key, scope, lookup, label, owner_id, attributes, hidden, secret, blob_id, revision,
            created, modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ) { run in
            run.bind(document.id)
            DocumentRow.bind(document, to: &run)
        }
        var stored = document
        stored.serial = connection.lastSerial
        return stored
    }

    func update(_ document: StoredDocument) throws { try replace(document, "", "removed_at IS NULL") }

    func restore(_ document: StoredDocument) throws { try replace(document, ", removed_at = NULL", "removed_at IS NOT NULL") }

    private func replace(_ document: StoredDocument, _ more: String, _ condition: String) throws {
        guard !document.isPartial else { throw StoreError.failed("a part of a document is not stored in its place") }
        try change(
            """
            UPDATE document SET kind = ?, account_id = ?, name = ?, key = ?, scope = ?, lookup = ?, label = ?, owner_id = ?, attributes = ?,
            hidden = ?, secret = ?, blob_id = ?, revision = ?, created = ?, modified = ?\(more) WHERE id = ? AND \(condition)
            """
        ) { run in
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

    func removeContents(accountID: String, at: Timestamp, limit: Int) throws -> Int {
        var left = max(0, limit)
        func go(_ sql: String, _ bind: (inout Execution) -> Void) throws {
            guard left > 0 else { return }
            left -= try execute(sql) { run in
                bind(&run)
                run.bind(left)
            }
        }
        // First what opens the account.
        try go("DELETE FROM ticket WHERE hash IN (SELECT hash FROM ticket WHERE account_id = ? LIMIT ?)") { $0.bind(accountID) }
        try go("DELETE FROM credential WHERE id IN (SELECT id FROM credential WHERE account_id = ? LIMIT ?)") { $0.bind(accountID) }
        try go(
            """
            UPDATE message SET removed_at = ?, folder = 'deleted'
            WHERE serial IN (SELECT serial FROM message INDEXED BY message_by_account WHERE account_id = ? AND removed_at IS NULL LIMIT ?)
            """
        ) { run in
            run.bind(at)
            run.bind(accountID)
        }
        try go(
            """
            UPDATE document SET removed_at = ? WHERE serial IN (
                SELECT serial FROM document INDEXED BY document_by_account
                WHERE account_id = ? AND removed_at IS NULL AND id <> account_id LIMIT ?)
            """
        ) { run in
            run.bind(at)
            run.bind(accountID)
        }
        for id in try recordings(of: accountID, limit: left) {
            try remove(recordingID: id)
            left -= 1
        }
        try go(
            """
            DELETE FROM delivery WHERE serial IN (SELECT serial FROM delivery INDEXED BY delivery_by_account WHERE account_id = ? LIMIT ?)
            """
        ) { $0.bind(accountID) }
        try go("DELETE FROM attempt WHERE serial IN (SELECT serial FROM attempt INDEXED BY attempt_by_account WHERE account_id = ? LIMIT ?)") { run in
            run.bind(accountID)
        }
        return max(0, limit) - left
    }

    private func recordings(of accountID: String, limit: Int) throws -> [String] {
        var run = try connection.prepare("SELECT id FROM recording INDEXED BY recording_by_account WHERE account_id = ? LIMIT ?")
        run.bind(accountID)
        run.bind(limit)
        var found: [String] = []
        while try run.step() { found.append(run.text(0)) }
        return found
    }

    /// Drops the counters of a mailbox that is gone, once nothing is counted in them.
    func forgetTally(mailboxID: String) throws {
        try execute("DELETE FROM mailbox_tally WHERE mailbox_id = ? AND new = 0 AND saved = 0") { $0.bind(mailboxID) }
    }
}
