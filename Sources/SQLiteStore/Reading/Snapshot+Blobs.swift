import StoredRows
import Voicemail

extension Snapshot {
    func blob(id: BlobID) throws -> BlobRecord? {
        var run = try connection.prepare("SELECT \(BlobRow.columns) FROM blob WHERE id = ?")
        run.bind(id.hex)
        return try run.step() ? try BlobRow.decode(run) : nil
    }

    func blobs(ids: Set<BlobID>) throws -> [BlobRecord] { try ids.compactMap { try blob(id: $0) } }

    func blobs(after id: BlobID?, limit: Int) throws -> [BlobRecord] {
        var run = try connection.prepare("SELECT \(BlobRow.columns) FROM blob WHERE id > ? ORDER BY id LIMIT ?")
        run.bind(id?.hex ?? "")
        run.bind(max(0, limit))
        var records: [BlobRecord] = []
        while try run.step() { records.append(try BlobRow.decode(run)) }
        return records
    }

    static let unmeasuredSQL = """
        SELECT \(BlobRow.columns) FROM blob INDEXED BY blob_unmeasured
        WHERE duration_ms IS NULL AND container IS NOT NULL AND id > ? ORDER BY id LIMIT ?
        """

    func unmeasuredBlobs(after id: BlobID?, limit: Int) throws -> [BlobRecord] {
        var run = try connection.prepare(Self.unmeasuredSQL)
        run.bind(id?.hex ?? "")
        run.bind(max(0, limit))
        var records: [BlobRecord] = []
        while try run.step() { records.append(try BlobRow.decode(run)) }
        return records
    }

    /// A mark may be out of date: a row may name the blob again. Removed rows hold their blobs too, as they can be put back.
    static let garbageSQL = """
        SELECT blob_id, failures FROM blob_garbage AS garbage INDEXED BY blob_garbage_due
        WHERE not_before <= ? AND NOT EXISTS (SELECT 1 FROM message WHERE blob_id = garbage.blob_id)
        AND NOT EXISTS (SELECT 1 FROM document WHERE blob_id = garbage.blob_id)
        AND NOT EXISTS (SELECT 1 FROM recording WHERE blob_id = garbage.blob_id)
        ORDER BY not_before, serial LIMIT ?
        """

    func garbage(dueAt: Timestamp, limit: Int) throws -> [GarbageBlob] {
        var run = try connection.prepare(Self.garbageSQL)
        run.bind(dueAt)
        run.bind(max(0, limit))
        var found: [GarbageBlob] = []
        while try run.step() {
            if let id = try run.blobID(0) { found.append(GarbageBlob(id: id, failures: run.int(1))) }
        }
        return found
    }

    func isGarbage(_ id: BlobID) throws -> Bool {
        var run = try connection.prepare(
            """
            SELECT 1 FROM blob_garbage WHERE blob_id = ?1
            AND NOT EXISTS (SELECT 1 FROM message WHERE blob_id = ?1) AND NOT EXISTS (SELECT 1 FROM document WHERE blob_id = ?1)
            AND NOT EXISTS (SELECT 1 FROM recording WHERE blob_id = ?1)
            """)
        run.bind(id.hex)
        return try run.step()
    }

    private static let holdersSQL = """
        SELECT 'message', id, account_id, mailbox_id FROM message WHERE blob_id = ?1
        UNION ALL SELECT 'greeting', id, account_id, NULL FROM document WHERE blob_id = ?1
        UNION ALL SELECT 'recording', id, account_id, NULL FROM recording WHERE blob_id = ?1
        LIMIT ?2
        """

    func holders(of id: BlobID, limit: Int) throws -> [BlobHolder] {
        var run = try connection.prepare(Self.holdersSQL)
        run.bind(id.hex)
        run.bind(max(0, limit))
        var found: [BlobHolder] = []
        while try run.step() {
            guard let kind = BlobHolder.Kind(rawValue: run.text(0)) else { continue }
            found.append(BlobHolder(kind: kind, id: run.text(1), accountID: run.text(2), mailboxID: run.isNull(3) ? nil : run.text(3)))
        }
        return found
    }
}
