import StoredRows
import Voicemail

extension Snapshot {
    func blob(id: BlobID) throws -> BlobRecord? {
        try first("SELECT \(raw: BlobRow.columns) FROM blob WHERE id = \(id)").map { try BlobRow.decode($0) }
    }

    func blobs(ids: Set<BlobID>) throws -> [BlobRecord] {
        guard !ids.isEmpty else { return [] }
        // In order, so that the same page asks the same.
        return try rows("SELECT \(raw: BlobRow.columns) FROM blob WHERE id = ANY(\(ids.map(\.hex).sorted()))").map { try BlobRow.decode($0) }
    }

    func blobs(after id: BlobID?, limit: Int) throws -> [BlobRecord] {
        try rows("SELECT \(raw: BlobRow.columns) FROM blob WHERE id > \(id?.hex ?? "") ORDER BY id LIMIT \(max(0, limit))").map { try BlobRow.decode($0) }
    }

    func unmeasuredBlobs(after id: BlobID?, limit: Int) throws -> [BlobRecord] {
        try rows(
            """
            SELECT \(raw: BlobRow.columns) FROM blob
            WHERE duration_ms IS NULL AND container IS NOT NULL AND id > \(id?.hex ?? "") ORDER BY id LIMIT \(max(0, limit))
            """
        ).map { try BlobRow.decode($0) }
    }

    /// Whether no row names a blob. Removed rows hold their blobs too, as they can be put back.
    static func isUnnamed(_ column: String) -> String {
        ["message", "document", "recording"].map { "NOT EXISTS (SELECT 1 FROM \($0) WHERE \($0).blob_id = \(column))" }.joined(separator: " AND ")
    }

    /// A mark may be out of date: a row may name the blob again.
    func garbage(dueAt: Timestamp, limit: Int) throws -> [GarbageBlob] {
        try rows(
            """
            SELECT blob_id, failures FROM blob_garbage WHERE not_before <= \(dueAt) AND \(raw: Self.isUnnamed("blob_garbage.blob_id"))
            ORDER BY not_before, serial LIMIT \(max(0, limit))
            """
        ).compactMap { row in try row.blobID(0).map { GarbageBlob(id: $0, failures: row.int(1)) } }
    }

    func isGarbage(_ id: BlobID) throws -> Bool {
        try first("SELECT 1 FROM blob_garbage WHERE blob_id = \(id) AND \(raw: Self.isUnnamed("blob_garbage.blob_id"))") != nil
    }

    func holders(of id: BlobID, limit: Int) throws -> [BlobHolder] {
        try rows(
            """
            SELECT 'message', id, account_id, mailbox_id FROM message WHERE blob_id = \(id)
            UNION ALL SELECT 'greeting', id, account_id, NULL FROM document WHERE blob_id = \(id)
            UNION ALL SELECT 'recording', id, account_id, NULL FROM recording WHERE blob_id = \(id)
            LIMIT \(max(0, limit))
            """
        ).compactMap { row in
            BlobHolder.Kind(rawValue: row.text(0)).map {
                BlobHolder(kind: $0, id: row.text(1), accountID: row.text(2), mailboxID: row.optionalText(3))
            }
        }
    }
}
