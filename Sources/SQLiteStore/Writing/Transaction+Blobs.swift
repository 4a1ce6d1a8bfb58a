import StoredRows
import Voicemail

extension Transaction {
    func insert(_ blob: BlobRecord, at: Timestamp) throws {
        try execute(
            """
            INSERT INTO blob (id, size, sha256, \(BlobRow.facts), created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ) { run in
            run.bind(blob.blob.id.hex)
            run.bind(blob.blob.size)
            run.bind(blob.blob.sha256)
            BlobRow.bindFacts(blob.facts, container: blob.container, to: &run)
            run.bind(at)
        }
    }

    func setFacts(_ facts: AudioFacts?, ofBlob id: BlobID) throws {
        try execute(
            """
            UPDATE blob SET duration_ms = ?, sample_rate = ?, channels = ?, container = ?, frames = ?, incomplete = ? WHERE id = ?
            """
        ) { run in
            BlobRow.bindFacts(facts, container: nil, to: &run)
            run.bind(id.hex)
        }
    }

    func setDuration(_ milliseconds: Int, ofUnmeasuredRecordingsOf id: BlobID) throws {
        try execute("UPDATE recording SET duration_ms = ? WHERE blob_id = ? AND duration_ms = 0") { run in
            run.bind(milliseconds)
            run.bind(id.hex)
        }
    }

    func release(_ id: BlobID) throws {
        try execute(
            """
            INSERT OR IGNORE INTO blob_garbage (blob_id) SELECT ?1
            WHERE NOT EXISTS (SELECT 1 FROM message WHERE blob_id = ?1) AND NOT EXISTS (SELECT 1 FROM document WHERE blob_id = ?1)
            AND NOT EXISTS (SELECT 1 FROM recording WHERE blob_id = ?1)
            """
        ) { $0.bind(id.hex) }
    }

    func postponeRemoval(of id: BlobID, until: Timestamp) throws {
        try execute("UPDATE blob_garbage SET failures = failures + 1, not_before = ? WHERE blob_id = ?") { run in
            run.bind(until)
            run.bind(id.hex)
        }
    }

    /// A row that names a blob keeps its record, so that `verify` can tell what is missing.
    func forget(_ blobs: [BlobID]) throws {
        for id in blobs {
            try execute("DELETE FROM blob_garbage WHERE blob_id = ?") { $0.bind(id.hex) }
            try execute(
                """
                DELETE FROM blob WHERE id = ?1
                AND NOT EXISTS (SELECT 1 FROM message WHERE blob_id = ?1) AND NOT EXISTS (SELECT 1 FROM document WHERE blob_id = ?1)
                AND NOT EXISTS (SELECT 1 FROM recording WHERE blob_id = ?1)
                """
            ) { $0.bind(id.hex) }
        }
    }
}
