import StoredRows
import Voicemail

extension Snapshot {
    func removedDocument(id: String) throws -> RemovedDocument? {
        try first("SELECT \(raw: DocumentRow.columns), removed_at FROM document WHERE id = \(id) AND (removed_at IS NOT NULL) IS TRUE")
            .map { try DocumentRow.decodeRemoved($0) }
    }

    func removedDocuments(kind: DocumentKind, accountID: String, start: MessagePosition?, _ visit: (RemovedDocument) throws -> Bool) throws {
        let start = (start?.timestamp ?? Timestamp(unix: Timestamp.plausible.upperBound), start?.serial ?? .max)
        try self.visit(
            """
            SELECT \(raw: DocumentRow.columns), removed_at FROM document
            WHERE removed_at IS NOT NULL AND (removed_at, serial) <= (\(start.0), \(start.1))
            AND account_id = \(accountID) AND kind = \(kind.rawValue)
            ORDER BY removed_at DESC, serial DESC
            """
        ) { try visit(DocumentRow.decodeRemoved($0)) }
    }
}
