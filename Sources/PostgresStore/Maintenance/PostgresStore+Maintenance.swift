import StoredRows
import Voicemail

extension PostgresStore {
    public func unavailability() async -> String? { reachability.isFull ? "no room for the database" : await probe.reason() }

    /// PostgreSQL looks after its pages; what is compared here is whether rows name what is there.
    public func integrityCheck(limit: Int) async throws -> [String] {
        try await aside { session in
            try session.read {
                let rows = try session.run(
                    """
                    SELECT kind, count(*) FROM (
                        SELECT 'message' AS kind, blob_id FROM message UNION ALL SELECT 'document', blob_id FROM document
                        UNION ALL SELECT 'recording', blob_id FROM recording) AS named
                    WHERE blob_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM blob WHERE id = named.blob_id) GROUP BY kind ORDER BY kind LIMIT \(max(0, limit))
                    """
                ).rows
                return rows.map { "\($0.int(1)) rows of \($0.text(0)) name a blob that is not there" }
            }
        }
    }

    public func census() async throws -> Census {
        try await aside { session in
            try session.read {
                var census = Census()
                for row in try session.run("SELECT kind, sum(count)::bigint FROM document_tally GROUP BY kind HAVING sum(count) > 0").rows {
                    guard let kind = DocumentKind(rawValue: row.text(0)) else { throw StoreError.failed("documents of an unknown kind") }
                    census.documents[kind] = row.int(1)
                }
                if let row = try session.run("SELECT coalesce(sum(new_count), 0)::bigint, coalesce(sum(saved_count), 0)::bigint FROM mailbox_tally").first {
                    census.messages = Tally(new: row.int(0), saved: row.int(1))
                }
                if let row = try session.run(
                    """
                    SELECT coalesce(sum(count), 0)::bigint, coalesce(sum(bytes), 0)::bigint FROM recording_tally
                    WHERE axis = \(RecordingAxis.all.rawValue)
                    """
                ).first {
                    census.recordings = RecordingTotals(count: row.int(0), bytes: row.int(1))
                }
                census.deliveries = try Snapshot(session).deliveryTotals()
                let delivery = try session.run("SELECT min(created) FROM delivery WHERE state = 'pending'").first
                census.oldestDelivery = delivery.flatMap { $0.isNull(0) ? nil : Timestamp(unix: $0.int(0)) }
                let event = try session.run("SELECT min(created) FROM event WHERE planned = 0").first
                census.oldestEvent = event.flatMap { $0.isNull(0) ? nil : Timestamp(unix: $0.int(0)) }
                return census
            }
        }
    }

    /// A copy of this database is PostgreSQL's own business.
    public func backup(to destination: String, progress: @escaping @Sendable (_ copied: Int, _ total: Int) -> Void) async throws {
        throw StoreError.failed("a PostgreSQL database is copied with PostgreSQL's own means")
    }

    /// Nothing is kept.
    public func releaseMemory() async throws {}
}
