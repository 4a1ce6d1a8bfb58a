import StoredRows
import Voicemail

extension Snapshot {
    func hold(id: String) throws -> LegalHold? {
        var run = try connection.prepare("SELECT \(HoldRow.columns) FROM hold WHERE id = ?")
        run.bind(id)
        return try run.step() ? try HoldRow.decode(run) : nil
    }

    func isHeld(anyOf subjectIDs: [String]) throws -> Bool { try subjectIDs.contains { try isHeld($0) } }

    func heldSubjects(among subjectIDs: [String]) throws -> Set<String> { Set(try subjectIDs.filter { try isHeld($0) }) }

    private func isHeld(_ subjectID: String) throws -> Bool { try exists("SELECT 1 FROM hold WHERE subject_id = ? LIMIT 1", subjectID) }

    func hasHolds(mailboxID: String) throws -> Bool {
        try exists("SELECT 1 FROM hold WHERE mailbox_id = ? AND mailbox_id IS NOT NULL LIMIT 1", mailboxID)
    }

    func hasHolds(accountID: String) throws -> Bool { try exists("SELECT 1 FROM hold WHERE account_id = ? LIMIT 1", accountID) }

    private func exists(_ sql: String, _ id: String) throws -> Bool {
        var run = try connection.prepare(sql)
        run.bind(id)
        return try run.step()
    }

    func holds(accountID: String?, after serial: Int, limit: Int) throws -> [LegalHold] {
        let condition = accountID == nil ? "" : "account_id = ? AND "
        var run = try connection.prepare("SELECT \(HoldRow.columns) FROM hold WHERE \(condition)serial > ? ORDER BY serial LIMIT ?")
        if let accountID { run.bind(accountID) }
        run.bind(serial)
        run.bind(max(0, limit))
        var found: [LegalHold] = []
        while try run.step() { found.append(try HoldRow.decode(run)) }
        return found
    }
}
