import StoredRows
import Voicemail

extension Snapshot {
    private static let columns = MessageRow.columns

    func message(id: String) throws -> Message? {
        try first("SELECT \(raw: Self.columns) FROM message WHERE id = \(id) AND \(raw: Self.isThere)").map { try MessageRow.decode($0) }
    }

    func message(serial: Int) throws -> Message? {
        try first("SELECT \(raw: Self.columns) FROM message WHERE serial = \(serial) AND \(raw: Self.isThere)").map { try MessageRow.decode($0) }
    }

    func messages(ids: [String]) throws -> [Message] {
        var shared = MessageRow.Shared()
        return try rows(Self.columns, of: "message", ids: ids, where: Self.isThere).map { try MessageRow.decode($0, &shared) }
    }

    func messages(ofBlob id: BlobID) throws -> [Message] {
        try rows("SELECT \(raw: Self.columns) FROM message WHERE blob_id = \(id) AND \(raw: Self.isThere)").map { try MessageRow.decode($0) }
    }

    func messages(_ query: MessageQuery, _ visit: (Message) throws -> Bool) throws {
        var shared = MessageRow.Shared()
        try rows(of: query, Self.columns) { try visit(MessageRow.decode($0, &shared)) }
    }

    func listedMessages(_ query: MessageQuery, _ visit: (ListedMessage) throws -> Bool) throws {
        var shared = MessageRow.Shared()
        try rows(of: query, ListedRow.columns) { try visit(ListedRow.decode($0, &shared)) }
    }

    private func rows(of query: MessageQuery, _ columns: String, _ visit: (Row) throws -> Bool) throws {
        let bounds = MessageBounds(query)
        guard bounds.holdsAny else { return }
        let direction = query.ascending ? "ASC" : "DESC"
        let (column, id) =
            switch query.scope {
            case .mailbox(let id): ("mailbox_id", id)
            case .account(let id): ("account_id", id)
            }
        let isInFolder: SQL = if let folder = query.folder { " AND folder = \(folder.rawValue)" } else { "" }
        try self.visit(
            """
            SELECT \(raw: columns) FROM message WHERE removed_at IS NULL AND \(raw: column) = \(id)\(isInFolder)
            AND (timestamp, serial) >= (\(bounds.first.second), \(bounds.first.serial))
            AND (timestamp, serial) <= (\(bounds.last.second), \(bounds.last.serial))
            ORDER BY timestamp \(raw: direction), serial \(raw: direction)
            """, most: query.limit, visit)
    }

    /// The kept counters, set right by what has passed `cutoff` in either direction since the last `retire`.
    func tallies(mailboxIDs: [String], cutoff: Timestamp) throws -> [Tally] {
        guard !mailboxIDs.isEmpty else { return [] }
        func passed(_ folder: String, _ comparison: String, retired: Int) -> SQL {
            """
            (SELECT count(*) FROM message WHERE mailbox_id = wanted_id AND folder = '\(raw: folder)'
            AND timestamp \(raw: comparison) \(cutoff) AND removed_at IS NULL AND retired = \(raw: String(retired)))
            """
        }
        return try rows(
            """
            SELECT new_count - \(passed("new", "<", retired: 0)) + \(passed("new", ">=", retired: 1)),
            saved_count - \(passed("saved", "<", retired: 0)) + \(passed("saved", ">=", retired: 1))
            FROM unnest(\(mailboxIDs)) WITH ORDINALITY AS wanted (wanted_id, place)
            LEFT JOIN mailbox_tally ON mailbox_id = wanted_id ORDER BY place
            """
        ).map { $0.isNull(0) ? Tally() : Tally(new: $0.int(0), saved: $0.int(1)) }
    }

    func mailboxesWithMessages(among ids: [String]) throws -> Set<String> {
        guard !ids.isEmpty else { return [] }
        return Set(
            try rows(
                """
                SELECT wanted_id FROM unnest(\(ids)) AS wanted (wanted_id)
                WHERE EXISTS (SELECT 1 FROM message WHERE mailbox_id = wanted_id AND removed_at IS NULL)
                """
            ).map { $0.text(0) })
    }

    /// `OFFSET 0` keeps the planner from looking at the messages of all mailboxes first.
    func accountsToRetire(_ cutoffs: [(accountID: String, cutoff: Timestamp)]) throws -> Set<String> {
        guard !cutoffs.isEmpty else { return [] }
        func hasAny(_ comparison: String, retired: Int) -> String {
            """
            EXISTS (SELECT 1 FROM mailbox_tally CROSS JOIN LATERAL (
                SELECT 1 FROM message WHERE message.mailbox_id = mailbox_tally.mailbox_id AND folder IN ('new', 'saved')
                AND timestamp \(comparison) wanted_cutoff AND removed_at IS NULL AND retired = \(retired) OFFSET 0) AS passed
            WHERE mailbox_tally.account_id = wanted_id)
            """
        }
        return Set(
            try rows(
                """
                SELECT wanted_id FROM unnest(\(cutoffs.map(\.accountID)), \(cutoffs.map(\.cutoff.unix))) AS wanted (wanted_id, wanted_cutoff)
                WHERE \(raw: hasAny("<", retired: 0)) OR \(raw: hasAny(">=", retired: 1))
                """
            ).map { $0.text(0) })
    }

    // MARK: The trash

    func removedMessages(ids: [String]) throws -> [RemovedMessage] {
        try rows(Self.columns + ", removed_at", of: "message", ids: ids, where: "(removed_at IS NOT NULL) IS TRUE").map { try MessageRow.decodeRemoved($0) }
    }

    func removedMessages(_ query: TrashQuery, _ visit: (RemovedMessage) throws -> Bool) throws {
        let scope: SQL =
            switch query.scope {
            case .mailbox(let id): "mailbox_id = \(id)"
            case .account(let id): "account_id = \(id)"
            }
        let start = (query.start?.timestamp ?? Timestamp(unix: Timestamp.plausible.upperBound), query.start?.serial ?? .max)
        try self.visit(
            """
            SELECT \(raw: Self.columns), removed_at FROM message
            WHERE removed_at IS NOT NULL AND (removed_at, serial) <= (\(start.0), \(start.1)) AND \(scope)
            ORDER BY removed_at DESC, serial DESC
            """
        ) { try visit(MessageRow.decodeRemoved($0)) }
    }
}

/// The first and the last place of a listing of messages.
struct MessageBounds {
    typealias Place = (second: Int, serial: Int)

    private(set) var first: Place
    private(set) var last: Place

    init(_ query: MessageQuery) {
        first = (query.from?.unix ?? .min, .min)
        last = (query.to?.unix ?? .max, .max)
        guard let start = query.start else { return }
        let place = (second: start.timestamp.unix, serial: start.serial)
        if query.ascending { first = max(first, place) } else { last = min(last, place) }
    }

    var holdsAny: Bool { first <= last }

    private func max(_ left: Place, _ right: Place) -> Place { left < right ? right : left }
    private func min(_ left: Place, _ right: Place) -> Place { left < right ? left : right }
}
