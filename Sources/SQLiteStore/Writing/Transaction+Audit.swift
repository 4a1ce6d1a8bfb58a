import StoredRows
import Voicemail

extension Transaction {
    func append(_ entry: AuditEntry) throws {
        try execute("INSERT INTO audit_entry (\(AuditRow.bound)) VALUES (?, ?, ?, ?, ?, ?, ?)") { AuditRow.bind(entry, to: &$0) }
        let serial = connection.lastSerial
        guard let texts = AuditRow.text(entry.texts) else { return }
        try execute("INSERT INTO audit_text (entry_serial, texts) VALUES (?, ?)") { run in
            run.bind(serial)
            run.bind(texts)
        }
    }

    func seal(_ batch: AuditBatch, entries serials: [Int]) throws {
        guard try lastAuditBatch(accountID: batch.accountID)?.number ?? 0 < batch.number else { throw StoreError.conflict }
        try execute("INSERT INTO audit_batch (\(AuditBatchRow.columns)) VALUES (?, ?, ?, ?, ?)") { AuditBatchRow.bind(batch, to: &$0) }
        for serial in serials {
            try execute("UPDATE audit_entry SET batch = ? WHERE serial = ?") { run in
                run.bind(batch.number)
                run.bind(serial)
            }
        }
    }

    func keepAuditTexts(_ texts: [String: String], ofEntry serial: Int) throws {
        guard let texts = AuditRow.text(texts) else {
            try execute("DELETE FROM audit_text WHERE entry_serial = ?") { $0.bind(serial) }
            return
        }
        try execute("UPDATE audit_text SET texts = ? WHERE entry_serial = ?") { run in
            run.bind(texts)
            run.bind(serial)
        }
    }
}
