import StoredRows
import Voicemail

extension Snapshot {
    func hold(id: String) throws -> LegalHold? {
        try first("SELECT \(raw: HoldRow.columns) FROM hold WHERE id = \(id)").map { try HoldRow.decode($0) }
    }

    func isHeld(anyOf subjectIDs: [String]) throws -> Bool {
        try first("SELECT 1 FROM hold WHERE subject_id = ANY(\(subjectIDs)) LIMIT 1") != nil
    }

    func heldSubjects(among subjectIDs: [String]) throws -> Set<String> {
        guard !subjectIDs.isEmpty else { return [] }
        return Set(try rows("SELECT subject_id FROM hold WHERE subject_id = ANY(\(subjectIDs))").map { $0.text(0) })
    }

    func hasHolds(mailboxID: String) throws -> Bool {
        try first("SELECT 1 FROM hold WHERE mailbox_id = \(mailboxID) AND mailbox_id IS NOT NULL LIMIT 1") != nil
    }

    func hasHolds(accountID: String) throws -> Bool { try first("SELECT 1 FROM hold WHERE account_id = \(accountID) LIMIT 1") != nil }

    func holds(accountID: String?, after serial: Int, limit: Int) throws -> [LegalHold] {
        let condition: SQL = accountID.map { "account_id = \($0) AND " } ?? ""
        return try rows("SELECT \(raw: HoldRow.columns) FROM hold WHERE \(condition)serial > \(serial) ORDER BY serial LIMIT \(max(0, limit))")
            .map { try HoldRow.decode($0) }
    }
}
