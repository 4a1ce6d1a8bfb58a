import Voicemail

/// Documents as rows.
public enum DocumentRow {
    public static let columns = "serial, id, " + bound
    /// How many these are.
    public static let count = 17

    /// What `bind` binds, in its order.
    public static let bound = """
        kind, account_id, name, key, scope, lookup, label, owner_id, attributes, hidden, secret, blob_id, revision, created, modified
        """

    /// - Parameter attributes: those that are read; nil for all.
    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row, attributes: Set<String>? = nil) throws -> StoredDocument {
        guard let kind = DocumentKind(rawValue: row.text(2)) else { throw StoreError.failed("a document of unknown kind") }
        return StoredDocument(
            id: row.text(1), kind: kind, accountID: row.text(3), serial: row.int(0), name: row.text(4), key: row.optionalText(5),
            scope: row.text(6), lookup: row.optionalText(7), label: row.optionalText(8), ownerID: row.optionalText(9),
            attributes: try row.object(10, keeping: attributes), hidden: try row.object(11), secret: row.bytes(12).map { SealedText(bytes: $0) },
            blobID: try row.blobID(13), revision: row.int(14), created: row.timestamp(15), modified: row.timestamp(16), isPartial: attributes != nil)
    }

    /// Behind the columns, when it was removed.
    @inlinable
    public static func decodeRemoved<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> RemovedDocument {
        RemovedDocument(document: try decode(row), removed: row.timestamp(17))
    }

    /// Binds every column but serial and id.
    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ document: StoredDocument, to run: inout Parameters) {
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
