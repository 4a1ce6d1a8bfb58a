import GRDB
import StoredRows
import Voicemail

extension SQLiteStore {
    /// What the census asks. Deliveries are few as a rule, and those that wait are looked through for the oldest.
    private enum CensusSQL {
        static let documents = "SELECT kind, sum(count) FROM document_tally GROUP BY kind HAVING sum(count) > 0"
        static let messages = "SELECT coalesce(sum(new), 0), coalesce(sum(saved), 0) FROM mailbox_tally"
        static let recordings = """
            SELECT coalesce(sum(count), 0), coalesce(sum(bytes), 0) FROM recording_tally WHERE axis = \(RecordingAxis.all.rawValue)
            """
        static let oldestDelivery = "SELECT min(created) FROM delivery WHERE state = '\(Delivery.State.pending.rawValue)'"
        static let oldestEvent = "SELECT min(created) FROM event WHERE planned = 0"
    }

    public func census() async throws -> Census {
        try await aside { connection in
            try connection.unsafeRead { try Self.census(Connection($0, inTransaction: false)) }
        }
    }

    private static func census(_ connection: Connection) throws -> Census {
        var census = Census()
        var documents = try connection.prepare(CensusSQL.documents)
        while try documents.step() {
            guard let kind = DocumentKind(rawValue: documents.text(0)) else { throw StoreError.failed("documents of an unknown kind") }
            census.documents[kind] = documents.int(1)
        }
        var messages = try connection.prepare(CensusSQL.messages)
        if try messages.step() { census.messages = Tally(new: messages.int(0), saved: messages.int(1)) }
        var recordings = try connection.prepare(CensusSQL.recordings)
        if try recordings.step() { census.recordings = RecordingTotals(count: recordings.int(0), bytes: recordings.int(1)) }
        census.deliveries = try Snapshot(connection).deliveryTotals()
        census.oldestDelivery = try time(CensusSQL.oldestDelivery, connection)
        census.oldestEvent = try time(CensusSQL.oldestEvent, connection)
        return census
    }

    private static func time(_ sql: String, _ connection: Connection) throws -> Timestamp? {
        var run = try connection.prepare(sql)
        return try run.step() && !run.isNull(0) ? run.timestamp(0) : nil
    }
}
