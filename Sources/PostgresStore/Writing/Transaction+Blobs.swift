import StoredRows
import Voicemail

extension Transaction {
    func insert(_ blob: BlobRecord, at: Timestamp) throws {
        try insertRow(
            """
            INSERT INTO blob (id, size, sha256, \(raw: BlobRow.facts), created)
            VALUES (\(blob.blob.id), \(blob.blob.size), \(blob.blob.sha256),
            \(row: { BlobRow.bindFacts(blob.facts, container: blob.container, to: &$0) }), \(at)) ON CONFLICT DO NOTHING
            """)
    }

    func setFacts(_ facts: AudioFacts?, ofBlob id: BlobID) throws {
        try execute("UPDATE blob SET (\(raw: BlobRow.facts)) = ROW(\(row: { BlobRow.bindFacts(facts, container: nil, to: &$0) })) WHERE id = \(id)")
    }

    func setDuration(_ milliseconds: Int, ofUnmeasuredRecordingsOf id: BlobID) throws {
        try execute("UPDATE recording SET duration_ms = \(milliseconds) WHERE blob_id = \(id) AND duration_ms = 0")
    }

    func release(_ id: BlobID) throws { try release([id]) }

    func release(_ ids: [BlobID]) throws {
        guard !ids.isEmpty else { return }
        try execute(
            """
            INSERT INTO blob_garbage (blob_id) SELECT DISTINCT released FROM unnest(\(ids.map(\.hex))) AS released
            WHERE \(raw: Self.isUnnamed("released")) ON CONFLICT DO NOTHING
            """)
    }

    func postponeRemoval(of id: BlobID, until: Timestamp) throws {
        try execute("UPDATE blob_garbage SET failures = failures + 1, not_before = \(until) WHERE blob_id = \(id)")
    }

    /// A row that names a blob keeps its record, so that `verify` can tell what is missing.
    func forget(_ blobs: [BlobID]) throws {
        let ids = blobs.map(\.hex)
        try execute("DELETE FROM blob_garbage WHERE blob_id = ANY(\(ids))")
        try execute("DELETE FROM blob WHERE id = ANY(\(ids)) AND \(raw: Self.isUnnamed("blob.id"))")
    }
}
