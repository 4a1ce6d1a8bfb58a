import StoredRows
import Voicemail

extension Snapshot {
    func message(id: String) throws -> Message? {
        var run = try connection.prepare(MessageRow.byID)
        run.bind(id)
        return try run.step() ? try MessageRow.decode(run) : nil
    }

    func message(serial: Int) throws -> Message? {
        var run = try connection.prepare(MessageRow.bySerial)
        run.bind(serial)
        return try run.step() ? try MessageRow.decode(run) : nil
    }

    func messages(ids: [String]) throws -> [Message] { try ids.compactMap { try message(id: $0) } }

    func messages(ofBlob id: BlobID) throws -> [Message] {
        var run = try connection.prepare(MessageRow.byBlob)
        run.bind(id.hex)
        var messages: [Message] = []
        while try run.step() { messages.append(try MessageRow.decode(run)) }
        return messages
    }

    func messages(_ query: MessageQuery, _ visit: (Message) throws -> Bool) throws {
        var shared = MessageRow.Shared()
        try rows(of: query, \.sql) { row in try connection.visit(MessageRow.decode(row, &shared), visit) }
    }

    func listedMessages(_ query: MessageQuery, _ visit: (ListedMessage) throws -> Bool) throws {
        var shared = MessageRow.Shared()
        try rows(of: query, \.listedSQL) { row in try connection.visit(ListedRow.decode(row, &shared), visit) }
    }

    private func rows(
        of query: MessageQuery, _ sql: KeyPath<MessageStretch, String>, _ visit: (borrowing Execution) throws -> Bool
    ) throws {
        var left = query.limit ?? Int.max
        for part in MessageStretch.parts(of: query) {
            guard left > 0 else { return }
            let listing = MessageStretch(part, of: query)
            var run = try connection.prepare(listing[keyPath: sql])
            listing.bind(query, to: &run)
            while left > 0, try goesOn(run.step()) {
                left -= 1
                guard try visit(run) else { return }
            }
        }
    }

    /// The kept counters, set right by what has passed `cutoff` in either direction since the last `retire`.
    static let tallySQL = """
        SELECT new - \(counted("new")) + \(retired("new")), saved - \(counted("saved")) + \(retired("saved"))
        FROM mailbox_tally WHERE mailbox_id = ?1
        """

    private static func counted(_ folder: String) -> String {
        """
        (SELECT count(*) FROM message INDEXED BY message_counted WHERE mailbox_id = ?1 AND folder = '\(folder)' \
        AND timestamp < ?2 AND removed_at IS NULL AND retired = 0)
        """
    }

    private static func retired(_ folder: String) -> String {
        """
        (SELECT count(*) FROM message INDEXED BY message_retired WHERE mailbox_id = ?1 AND folder = '\(folder)' \
        AND timestamp >= ?2 AND removed_at IS NULL AND retired = 1)
        """
    }

    func tallies(mailboxIDs: [String], cutoff: Timestamp) throws -> [Tally] {
        try mailboxIDs.map { try tally(mailboxID: $0, cutoff: cutoff) }
    }

    private func tally(mailboxID: String, cutoff: Timestamp) throws -> Tally {
        var run = try connection.prepare(Self.tallySQL)
        run.bind(mailboxID)
        run.bind(cutoff)
        return try run.step() ? Tally(new: run.int(0), saved: run.int(1)) : Tally()
    }

    /// Looks as `retire` does.
    private static let passedSQL = [("message_counted", "<", 0), ("message_retired", ">=", 1)].map { index, comparison, retired in
        """
        SELECT 1 FROM mailbox_tally AS tally CROSS JOIN message INDEXED BY \(index)
        WHERE tally.account_id = ?1 AND message.mailbox_id = tally.mailbox_id AND message.folder IN ('new', 'saved')
        AND message.timestamp \(comparison) ?2 AND message.removed_at IS NULL AND message.retired = \(retired) LIMIT 1
        """
    }

    func accountsToRetire(_ cutoffs: [(accountID: String, cutoff: Timestamp)]) throws -> Set<String> {
        let passed = try cutoffs.filter { wanted in
            try Self.passedSQL.contains { sql in
                var run = try connection.prepare(sql)
                run.bind(wanted.accountID)
                run.bind(wanted.cutoff)
                return try run.step()
            }
        }
        return Set(passed.map(\.accountID))
    }

    static let hasMessagesSQL = """
        SELECT 1 FROM message INDEXED BY message_by_mailbox WHERE mailbox_id = ? AND removed_at IS NULL LIMIT 1
        """

    func mailboxesWithMessages(among ids: [String]) throws -> Set<String> { Set(try ids.filter(hasMessages)) }

    private func hasMessages(mailboxID: String) throws -> Bool {
        var run = try connection.prepare(Self.hasMessagesSQL)
        run.bind(mailboxID)
        return try run.step()
    }
}
