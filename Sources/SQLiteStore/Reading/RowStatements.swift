import StoredRows

/// How single rows are found.
extension DocumentRow {
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

    /// Whether a document is no larger than most, so that it may be kept in memory.
    static func isSmall(_ row: borrowing Execution) -> Bool {
        row.withBytes(10) { $0.count } + row.withBytes(11) { $0.count } <= RowCache.mostBytes
    }
}

extension MessageRow {
    static let byID = "SELECT \(columns) FROM message WHERE id = ? AND removed_at IS NULL"
    static let byBlob = "SELECT \(columns) FROM message WHERE blob_id = ? AND removed_at IS NULL"
    static let bySerial = "SELECT \(columns) FROM message WHERE serial = ? AND removed_at IS NULL"

    /// Behind the columns, when it was removed.
    static let removedByID = "SELECT \(columns), removed_at FROM message WHERE id = ? AND removed_at IS NOT NULL"
}
