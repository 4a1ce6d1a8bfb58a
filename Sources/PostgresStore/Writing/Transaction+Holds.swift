import StoredRows
import Voicemail

extension Transaction {
    func insert(_ hold: LegalHold) throws -> LegalHold {
        var stored = hold
        stored.serial = try insertedSerial(
            """
            INSERT INTO hold (\(raw: HoldRow.bound)) VALUES (\(row: { HoldRow.bind(hold, to: &$0) })) ON CONFLICT DO NOTHING RETURNING serial
            """)
        return stored
    }

    func remove(holdID: String) throws { try execute("DELETE FROM hold WHERE id = \(holdID)") }

    /// For messages that a hold covers. `OFFSET 0` keeps the planner from reading all holds for a few messages.
    static let isNoHeldMessage =
        "NOT EXISTS (SELECT 1 FROM hold WHERE subject_id = ANY(ARRAY[message.id, message.mailbox_id, message.account_id]) OFFSET 0)"
    /// For documents of an account in which anything is held.
    static let isOfNoHeldAccount = "NOT EXISTS (SELECT 1 FROM hold WHERE hold.account_id = document.account_id OFFSET 0)"
}
