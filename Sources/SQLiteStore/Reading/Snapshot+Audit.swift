import StoredRows
import Voicemail

extension Snapshot {
    private static let entries = "SELECT \(AuditRow.columns) FROM audit_entry"

    private func auditEntries(_ condition: String, _ bind: (inout Execution) -> Void) throws -> [AuditEntry] {
        var run = try connection.prepare(Self.entries + " WHERE " + condition)
        bind(&run)
        var found: [AuditEntry] = []
        while try run.step() { found.append(try AuditRow.decode(run)) }
        return found
    }

    func auditEntries(accountID: String?, after serial: Int, limit: Int) throws -> [AuditEntry] {
        try auditEntries("\(accountID == nil ? "" : "account_id = ? AND ")serial > ? ORDER BY serial LIMIT ?") { run in
            if let accountID { run.bind(accountID) }
            run.bind(serial)
            run.bind(max(0, limit))
        }
    }

    func auditEntries(accountID: String, batch: Int) throws -> [AuditEntry] {
        guard batch > 0 else { return [] }
        return try auditEntries("account_id = ? AND batch = ? ORDER BY serial") { run in
            run.bind(accountID)
            run.bind(batch)
        }
    }

    func unsealedAuditEntries(limit: Int) throws -> [AuditEntry] {
        try auditEntries("batch = 0 ORDER BY account_id, serial LIMIT ?") { $0.bind(max(0, limit)) }
    }

    func lastAuditBatch(accountID: String) throws -> AuditBatch? {
        var run = try connection.prepare("SELECT \(AuditBatchRow.columns) FROM audit_batch WHERE account_id = ? ORDER BY number DESC LIMIT 1")
        run.bind(accountID)
        return try run.step() ? AuditBatchRow.decode(run) : nil
    }

    func auditBatches(accountID: String, after number: Int, limit: Int) throws -> [AuditBatch] {
        var run = try connection.prepare("SELECT \(AuditBatchRow.columns) FROM audit_batch WHERE account_id = ? AND number > ? ORDER BY number LIMIT ?")
        run.bind(accountID)
        run.bind(number)
        run.bind(max(0, limit))
        var found: [AuditBatch] = []
        while try run.step() { found.append(AuditBatchRow.decode(run)) }
        return found
    }

    func auditedAccount(after id: String?) throws -> String? {
        var run = try connection.prepare("SELECT account_id FROM audit_entry WHERE account_id \(id == nil ? ">=" : ">") ? ORDER BY account_id LIMIT 1")
        run.bind(id ?? "")
        return try run.step() ? run.text(0) : nil
    }
}
