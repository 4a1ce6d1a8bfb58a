import StoredRows
import Voicemail

extension Transaction {
    func append(_ entry: AuditEntry) throws {
        let insertion: SQL = """
            INSERT INTO audit_entry (\(raw: AuditRow.bound)) VALUES (\(row: { AuditRow.bind(entry, to: &$0) })) ON CONFLICT DO NOTHING
            """
        guard let texts = AuditRow.text(entry.texts) else { return try insertRow(insertion) }
        // As `insertRow` does, with another row that goes with the first.
        try execute(
            """
            WITH entry AS (\(insertion) RETURNING serial),
            texts AS (INSERT INTO audit_text (entry_serial, texts) SELECT serial, \(texts) FROM entry)
            SELECT 1 / count(*) FROM entry
            """)
    }

    func seal(_ batch: AuditBatch, entries serials: [Int]) throws {
        try insertRow(
            """
            INSERT INTO audit_batch (\(raw: AuditBatchRow.columns)) VALUES (\(row: { AuditBatchRow.bind(batch, to: &$0) })) ON CONFLICT DO NOTHING
            """)
        try execute("UPDATE audit_entry SET batch = \(batch.number) WHERE serial = ANY(\(serials))")
    }

    func keepAuditTexts(_ texts: [String: String], ofEntry serial: Int) throws {
        if let texts = AuditRow.text(texts) {
            try execute("UPDATE audit_text SET texts = \(texts) WHERE entry_serial = \(serial)")
        } else {
            try execute("DELETE FROM audit_text WHERE entry_serial = \(serial)")
        }
    }
}
