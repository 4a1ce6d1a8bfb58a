/// Reading the audit log within a transaction.
public protocol AuditReader {
    /// Entries of an account, or with nil of all, behind the one with this serial, in order, at most `limit`, with what was not erased of them.
    func auditEntries(accountID: String?, after serial: Int, limit: Int) throws -> [AuditEntry]
    /// All entries of a batch, in order.
    func auditEntries(accountID: String, batch: Int) throws -> [AuditEntry]
    /// Entries that are not sealed, by account and then in order, at most `limit`.
    func unsealedAuditEntries(limit: Int) throws -> [AuditEntry]
    func lastAuditBatch(accountID: String) throws -> AuditBatch?
    /// Batches behind this number, in order, at most `limit`.
    func auditBatches(accountID: String, after number: Int, limit: Int) throws -> [AuditBatch]
    /// The account behind this one, in the order of ids, of which there is an entry; with nil the first.
    func auditedAccount(after id: String?) throws -> String?
}

/// Adding to the audit log within a transaction. Nothing in it is changed, and nothing removed but texts.
public protocol AuditWriter: AuditReader {
    func append(_ entry: AuditEntry) throws
    /// Stores a batch and notes it at its entries.
    /// - Throws: `StoreError.conflict` when there is one of its number.
    func seal(_ batch: AuditBatch, entries serials: [Int]) throws
    /// Leaves only these of an entry's texts.
    func keepAuditTexts(_ texts: [String: String], ofEntry serial: Int) throws
}
