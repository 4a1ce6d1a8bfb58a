import Voicemail

extension Snapshot {
    private static let blobColumns = "id, size, sha256, duration_ms, sample_rate, channels, container, frames, incomplete"

    func blob(id: BlobID) throws -> BlobRecord? {
        var run = try connection.prepare("SELECT \(Self.blobColumns) FROM blob WHERE id = ?")
        run.bind(id.hex)
        return try run.step() ? try Self.record(run) : nil
    }

    func blobs(after id: BlobID?, limit: Int) throws -> [BlobRecord] {
        var run = try connection.prepare("SELECT \(Self.blobColumns) FROM blob WHERE id > ? ORDER BY id LIMIT ?")
        run.bind(id?.hex ?? "")
        run.bind(max(0, limit))
        var records: [BlobRecord] = []
        while try run.step() { records.append(try Self.record(run)) }
        return records
    }

    static let unmeasuredSQL = """
        SELECT \(blobColumns) FROM blob INDEXED BY blob_unmeasured
        WHERE duration_ms IS NULL AND container IS NOT NULL AND id > ? ORDER BY id LIMIT ?
        """

    func unmeasuredBlobs(after id: BlobID?, limit: Int) throws -> [BlobRecord] {
        var run = try connection.prepare(Self.unmeasuredSQL)
        run.bind(id?.hex ?? "")
        run.bind(max(0, limit))
        var records: [BlobRecord] = []
        while try run.step() { records.append(try Self.record(run)) }
        return records
    }

    /// A mark may be out of date: a row may name the blob again. Removed rows hold their blobs too, as they can be put back.
    static let garbageSQL = """
        SELECT blob_id FROM blob_garbage AS garbage
        WHERE NOT EXISTS (SELECT 1 FROM message WHERE blob_id = garbage.blob_id)
        AND NOT EXISTS (SELECT 1 FROM document WHERE blob_id = garbage.blob_id)
        AND NOT EXISTS (SELECT 1 FROM recording WHERE blob_id = garbage.blob_id)
        ORDER BY serial LIMIT ?
        """

    func garbage(limit: Int) throws -> [BlobID] {
        var run = try connection.prepare(Self.garbageSQL)
        run.bind(max(0, limit))
        var ids: [BlobID] = []
        while try run.step() {
            if let id = try run.blobID(0) { ids.append(id) }
        }
        return ids
    }

    private static func record(_ row: borrowing Execution) throws -> BlobRecord {
        guard let id = try row.blobID(0) else { throw StoreError.failed("a blob without a name") }
        let frames = row.isNull(7) ? AudioFacts.frames(row.int(3), from: 1000, to: row.int(4)) : row.int(7)
        let facts = row.isNull(3) ? nil : AudioFacts(
            frames: frames, sampleRate: row.int(4), channels: row.int(5), container: row.text(6), isIncomplete: row.int(8) != 0)
        let unmeasured = facts == nil && !row.isNull(6) ? row.text(6) : nil
        return BlobRecord(blob: StoredBlob(id: id, size: row.int(1), sha256: row.text(2)), facts: facts, unmeasured: unmeasured)
    }
}
