import Voicemail

/// Entries of the audit log as rows.
public enum AuditRow {
    /// With the texts that stand beside.
    public static let columns = "serial, \(bound), batch, (SELECT texts FROM audit_text WHERE entry_serial = serial)"

    /// What `bind` binds, in its order.
    public static let bound = "id, account_id, action, actor, subjects, details, created"

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> AuditEntry {
        guard let action = AuditEntry.Action(rawValue: row.text(3)) else { throw StoreError.failed("an audit entry of an unknown action") }
        var texts: [String: String] = [:]
        if !row.isNull(9) { for (name, value) in try row.object(9) { texts[name] = value.string } }
        return AuditEntry(
            id: row.text(1), serial: row.int(0), accountID: row.text(2), action: action, actor: row.text(4),
            subjects: try row.json(5).array?.compactMap(\.string) ?? [], details: try row.object(6), created: row.timestamp(7), batch: row.int(8),
            texts: texts)
    }

    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ entry: AuditEntry, to run: inout Parameters) {
        run.bind(entry.id)
        run.bind(entry.accountID)
        run.bind(entry.action.rawValue)
        run.bind(entry.actor)
        run.bind(JSON(entry.subjects).encoded)
        run.bind(JSON.object(entry.details).encoded)
        run.bind(entry.created)
    }

    /// Texts as one; nil for none.
    public static func text(_ texts: [String: String]) -> String? {
        guard !texts.isEmpty else { return nil }
        var object: JSONObject = [:]
        for (name, value) in texts.sorted(by: { $0.key < $1.key }) { object[name] = .string(value) }
        return JSON.object(object).encoded
    }
}

/// Batches of the audit log as rows.
public enum AuditBatchRow {
    /// What `bind` binds, in its order.
    public static let columns = "account_id, number, count, hash, created"

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) -> AuditBatch {
        AuditBatch(accountID: row.text(0), number: row.int(1), count: row.int(2), hash: row.text(3), created: row.timestamp(4))
    }

    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ batch: AuditBatch, to run: inout Parameters) {
        run.bind(batch.accountID)
        run.bind(batch.number)
        run.bind(batch.count)
        run.bind(batch.hash)
        run.bind(batch.created)
    }
}
