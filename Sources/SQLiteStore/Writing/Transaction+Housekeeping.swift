import StoredRows
import Voicemail

extension Transaction {
    /// Looks only into mailboxes that count anything.
    static let retireSQL = """
        UPDATE message SET retired = 1 WHERE serial IN (
            SELECT message.serial FROM mailbox_tally AS tally CROSS JOIN message INDEXED BY message_counted
            WHERE tally.account_id = ?1 AND (tally.new > 0 OR tally.saved > 0) AND message.mailbox_id = tally.mailbox_id
            AND message.folder IN ('new', 'saved') AND message.timestamp < ?2 AND message.removed_at IS NULL AND message.retired = 0
            LIMIT ?3)
        """

    static let reviveSQL = """
        UPDATE message SET retired = 0 WHERE serial IN (
            SELECT message.serial FROM mailbox_tally AS tally CROSS JOIN message INDEXED BY message_retired
            WHERE tally.account_id = ?1 AND message.mailbox_id = tally.mailbox_id
            AND message.folder IN ('new', 'saved') AND message.timestamp >= ?2 AND message.removed_at IS NULL AND message.retired = 1
            LIMIT ?3)
        """

    func retire(accountID: String, cutoff: Timestamp, limit: Int) throws -> Int {
        var changed = 0
        for sql in [Self.retireSQL, Self.reviveSQL] {
            changed += try execute(sql) { run in
                run.bind(accountID)
                run.bind(cutoff)
                run.bind(max(0, limit - changed))
            }
        }
        return changed
    }

    func purge(removedBefore before: Timestamp, limit: Int) throws -> [PurgedThing] {
        let messages = try removed(
            "SELECT serial, id, blob_id, account_id FROM message WHERE removed_at IS NOT NULL AND removed_at < ? AND \(Self.isNoHeldMessage) LIMIT ?", before,
            limit)
        for row in messages { try execute("DELETE FROM message WHERE serial = ?") { $0.bind(row.serial) } }
        let documents = try removed(
            "SELECT serial, id, blob_id, account_id FROM document WHERE removed_at IS NOT NULL AND removed_at < ? AND \(Self.isOfNoHeldAccount) LIMIT ?",
            before,
            limit - messages.count)
        for row in documents {
            try execute("DELETE FROM document WHERE serial = ?") { $0.bind(row.serial) }
            try forgetTally(mailboxID: row.thing.id)
        }
        for row in messages + documents {
            if let blob = row.blob { try release(blob) }
        }
        return (messages + documents).map(\.thing)
    }

    private func removed(_ sql: String, _ before: Timestamp, _ limit: Int) throws -> [(serial: Int, thing: PurgedThing, blob: BlobID?)] {
        var run = try connection.prepare(sql)
        run.bind(before)
        run.bind(max(0, limit))
        var rows: [(serial: Int, thing: PurgedThing, blob: BlobID?)] = []
        while try run.step() { rows.append((run.int(0), PurgedThing(id: run.text(1), accountID: run.text(3)), try run.blobID(2))) }
        return rows
    }
}
