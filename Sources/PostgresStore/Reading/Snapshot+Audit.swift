import StoredRows
import Voicemail

extension Snapshot {
    private func auditEntries(_ condition: SQL) throws -> [AuditEntry] {
        try rows("SELECT \(raw: AuditRow.columns) FROM audit_entry WHERE \(condition)").map {
            try AuditRow.decode($0)
        }
    }

    func auditEntries(accountID: String?, after serial: Int, limit: Int) throws -> [AuditEntry] {
        let account: SQL = accountID.map { "account_id = \($0) AND " } ?? ""
        return try auditEntries("\(account)serial > \(serial) ORDER BY serial LIMIT \(max(0, limit))")
    }

    func auditEntries(accountID: String, batch: Int) throws -> [AuditEntry] {
        // In order here: the server would rather read them as they lie and sort.
        try auditEntries("account_id = \(accountID) AND batch = \(batch) AND batch > 0").sorted { $0.serial < $1.serial }
    }

    func unsealedAuditEntries(limit: Int) throws -> [AuditEntry] {
        try auditEntries("batch = 0 ORDER BY account_id, serial LIMIT \(max(0, limit))")
    }

    func lastAuditBatch(accountID: String) throws -> AuditBatch? {
        try first("SELECT \(raw: AuditBatchRow.columns) FROM audit_batch WHERE account_id = \(accountID) ORDER BY number DESC LIMIT 1").map {
            AuditBatchRow.decode($0)
        }
    }

    func auditBatches(accountID: String, after number: Int, limit: Int) throws -> [AuditBatch] {
        try rows(
            """
            SELECT \(raw: AuditBatchRow.columns) FROM audit_batch WHERE account_id = \(accountID) AND number > \(number)
            ORDER BY number LIMIT \(max(0, limit))
            """
        ).map { AuditBatchRow.decode($0) }
    }

    func auditedAccount(after id: String?) throws -> String? {
        let comparison = id == nil ? ">=" : ">"
        return try first("SELECT account_id FROM audit_entry WHERE account_id \(raw: comparison) \(id ?? "") ORDER BY account_id LIMIT 1")?.text(0)
    }
}
