import StoredRows
import Voicemail

extension Transaction {
    func insert(_ document: StoredDocument) throws -> StoredDocument {
        var stored = document
        stored.serial = try insertedSerial(
            """
            INSERT INTO document (id, \(raw: DocumentRow.bound)) VALUES (\(document.id), \(row: { DocumentRow.bind(document, to: &$0) }))
            ON CONFLICT DO NOTHING RETURNING serial
            """)
        if document.kind == .account { try plant(document) }
        return stored
    }

    /// Puts an account below each account above it, below itself, and, if there is none above it, below the empty id.
    private func plant(_ account: StoredDocument) throws {
        let lineage = account.hidden["lineage"]?.array?.compactMap(\.string) ?? []
        let above = [account.id] + (lineage.isEmpty ? [""] : lineage)
        try execute(
            """
            INSERT INTO account_tree (descendant_id, ancestor_id, tree_name, tree_lookup)
            SELECT \(account.id), above, \(account.name), \(account.lookup ?? "") FROM unnest(\(above)) AS above
            """)
    }

    func update(_ document: StoredDocument) throws {
        guard try !replace(document, "\(raw: Self.isThere)") else { return }
        if try self.document(id: document.id, attributes: nil) != nil { throw StoreError.conflict }
        throw StoreError.failed("no such row to change")
    }

    func restore(_ document: StoredDocument) throws {
        let isRemoved: SQL = "(removed_at IS NOT NULL) IS TRUE"
        guard try !replace(document, isRemoved, bringingBack: true) else { return }
        if try removedDocument(id: document.id) != nil { throw StoreError.conflict }
        throw StoreError.failed("no such row to change")
    }

    /// - Returns: false when there is none, or its key is taken.
    private func replace(_ document: StoredDocument, _ condition: SQL, bringingBack: Bool = false) throws -> Bool {
        guard !document.isPartial else { throw StoreError.failed("a part of a document is not stored in its place") }
        let isFree: SQL =
            if let key = document.key {
                """
                NOT EXISTS (SELECT 1 FROM document AS other WHERE other.kind = \(document.kind.rawValue) AND other.scope = \(document.scope)
                AND other.key = \(key) AND other.removed_at IS NULL AND other.key IS NOT NULL AND other.id <> \(document.id))
                """
            } else {
                "TRUE"
            }
        return try count(
            of:
                """
                UPDATE document SET (\(raw: DocumentRow.bound)\(raw: bringingBack ? ", removed_at" : "")) =
                ROW(\(row: { DocumentRow.bind(document, to: &$0) })\(raw: bringingBack ? ", NULL" : ""))
                WHERE id = \(document.id) AND \(condition) AND \(isFree)
                """) == 1
    }

    func remove(documentID: String, at: Timestamp, physically: Bool) throws {
        if physically {
            try execute("DELETE FROM document WHERE id = \(documentID)")
            try forgetTallies(mailboxIDs: [documentID])
        } else {
            try execute("UPDATE document SET removed_at = \(at) WHERE id = \(documentID) AND \(raw: Self.isThere)")
        }
    }

    func removeContents(accountID: String, at: Timestamp, limit: Int) throws -> Int {
        var left = max(0, limit)
        func go(_ statement: (Int) -> SQL) throws {
            if left > 0 { left -= try count(of: statement(left)) }
        }
        // First what opens the account.
        try go { "DELETE FROM ticket WHERE hash IN (SELECT hash FROM ticket WHERE account_id = \(accountID) LIMIT \($0))" }
        try go { "DELETE FROM credential WHERE id IN (SELECT id FROM credential WHERE account_id = \(accountID) LIMIT \($0))" }
        try go {
            """
            UPDATE message SET removed_at = \(at), folder = 'deleted'
            WHERE serial IN (SELECT serial FROM message WHERE account_id = \(accountID) AND removed_at IS NULL LIMIT \($0))
            """
        }
        try go {
            """
            UPDATE document SET removed_at = \(at) WHERE serial IN (
                SELECT serial FROM document WHERE account_id = \(accountID) AND removed_at IS NULL AND id <> account_id LIMIT \($0))
            """
        }
        if left > 0 {
            let recordings = try changedRows(
                """
                DELETE FROM recording WHERE serial IN (SELECT serial FROM recording WHERE account_id = \(accountID) LIMIT \(left)) RETURNING blob_id
                """)
            left -= recordings.count
            try release(recordings.compactMap { try $0.blobID(0) })
        }
        try go { "DELETE FROM delivery WHERE serial IN (SELECT serial FROM delivery WHERE account_id = \(accountID) LIMIT \($0))" }
        try go { "DELETE FROM attempt WHERE serial IN (SELECT serial FROM attempt WHERE account_id = \(accountID) LIMIT \($0))" }
        return max(0, limit) - left
    }

    /// Drops the counters of mailboxes that are gone, once nothing is counted in them.
    func forgetTallies(mailboxIDs: [String]) throws {
        try execute("DELETE FROM mailbox_tally WHERE mailbox_id = ANY(\(mailboxIDs)) AND new_count = 0 AND saved_count = 0")
    }
}
