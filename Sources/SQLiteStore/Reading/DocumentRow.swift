import Voicemail

/// Documents as rows.
enum DocumentRow {
    static let columns = """
        serial, id, kind, account_id, name, key, scope, lookup, label, owner_id, attributes, hidden, secret, blob_id, revision, created, modified
        """

    static let byID = "SELECT \(columns) FROM document WHERE id = ? AND removed_at IS NULL"
    static let bySerial = "SELECT \(columns) FROM document WHERE serial = ? AND removed_at IS NULL"
    static let byKey = """
        SELECT \(columns) FROM document INDEXED BY document_by_key
        WHERE kind = ? AND scope = ? AND key = ? AND removed_at IS NULL AND key IS NOT NULL
        """
    static let byLookup = """
        SELECT \(columns) FROM document INDEXED BY document_by_lookup
        WHERE kind = ? AND lookup = ? AND removed_at IS NULL AND lookup IS NOT NULL ORDER BY serial
        """

    static let removedByID = "SELECT \(columns), removed_at FROM document WHERE id = ? AND removed_at IS NOT NULL"
    /// The index holds what was removed and nothing else, so what is of another account or kind costs a step.
    static let removed = """
        SELECT \(columns), removed_at FROM document INDEXED BY document_removed
        WHERE removed_at IS NOT NULL AND removed_at <= ?1 AND (removed_at, serial) <= (?1, ?2) AND account_id = ?3 AND kind = ?4
        ORDER BY removed_at DESC, serial DESC
        """

    static func decodeRemoved(_ row: borrowing Execution) throws -> RemovedDocument {
        RemovedDocument(document: try decode(row), removed: row.timestamp(17))
    }

    /// - Parameter attributes: those that are read; nil for all.
    static func decode(_ row: borrowing Execution, attributes: Set<String>? = nil) throws -> StoredDocument {
        guard let kind = DocumentKind(rawValue: row.text(2)) else { throw StoreError.failed("a document of unknown kind") }
        return StoredDocument(
            id: row.text(1), kind: kind, accountID: row.text(3), serial: row.int(0), name: row.text(4), key: row.optionalText(5),
            scope: row.text(6), lookup: row.optionalText(7), label: row.optionalText(8), ownerID: row.optionalText(9),
            attributes: try row.object(10, keeping: attributes), hidden: try row.object(11), secret: row.bytes(12).map(SealedText.init),
            blobID: try row.blobID(13), revision: row.int(14), created: row.timestamp(15), modified: row.timestamp(16), isPartial: attributes != nil)
    }

    /// Whether a document is no larger than most, so that it may be kept in memory.
    static func isSmall(_ row: borrowing Execution) -> Bool {
        row.withBytes(10) { $0.count } + row.withBytes(11) { $0.count } <= RowCache.mostBytes
    }

    /// Binds every column but serial and id.
    static func bind(_ document: StoredDocument, to run: inout Execution) {
        run.bind(document.kind.rawValue)
        run.bind(document.accountID)
        run.bind(document.name)
        run.bind(document.key)
        run.bind(document.scope)
        run.bind(document.lookup)
        run.bind(document.label)
        run.bind(document.ownerID)
        run.bind(JSON.object(document.attributes).encoded)
        run.bind(JSON.object(document.hidden).encoded)
        run.bind(document.secret?.bytes)
        run.bind(document.blobID?.hex)
        run.bind(document.revision)
        run.bind(document.created)
        run.bind(document.modified)
    }
}

extension Execution {
    func blobID(_ column: Int32) throws -> BlobID? {
        guard let hex = optionalText(column) else { return nil }
        guard let id = BlobID(hex) else { throw StoreError.failed("a stored blob name is malformed") }
        return id
    }
}
