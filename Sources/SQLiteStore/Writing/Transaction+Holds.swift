import StoredRows
import Voicemail

extension Transaction {
    func insert(_ hold: LegalHold) throws -> LegalHold {
        guard try self.hold(id: hold.id) == nil else { throw StoreError.conflict }
        try execute("INSERT INTO hold (\(HoldRow.bound)) VALUES (?, ?, ?, ?, ?, ?, ?)") { HoldRow.bind(hold, to: &$0) }
        var stored = hold
        stored.serial = connection.lastSerial
        return stored
    }

    func remove(holdID: String) throws {
        try execute("DELETE FROM hold WHERE id = ?") { $0.bind(holdID) }
    }

    /// For messages that a hold covers.
    static let isNoHeldMessage = "NOT EXISTS (SELECT 1 FROM hold WHERE subject_id IN (message.id, message.mailbox_id, message.account_id))"
    /// For documents of an account in which anything is held.
    static let isOfNoHeldAccount = "NOT EXISTS (SELECT 1 FROM hold WHERE hold.account_id = document.account_id)"
}
