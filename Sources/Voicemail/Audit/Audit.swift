import Logging

extension StoreWriter {
    /// Notes what is done in this transaction.
    func audit(
        _ action: AuditEntry.Action, of accountID: String, _ subjects: [String], _ details: JSONObject = [:], texts: [String: String] = [:], at now: Timestamp
    ) throws {
        let actor = AuditActor.current
        var texts = texts.filter { !$0.value.isEmpty }
        if !actor.address.isEmpty { texts["address"] = actor.address }
        try append(
            AuditEntry(
                accountID: accountID, action: action, actor: [actor.interface, actor.id].compactMap(\.self).joined(separator: " "), subjects: subjects,
                details: details, created: now, texts: texts))
    }
}

/// A place where the audit log is not what was sealed.
public struct AuditFault: Sendable, Hashable {
    public let accountID: String
    /// The batch; nil where it is none in particular.
    public let batch: Int?
    /// In a few words.
    public let reason: String
}

extension Audit {
    /// Entries sealed in one transaction.
    private static let batch = 1000

    /// Notes what changes nothing: an export, a backup.
    /// - Parameter accountID: empty for what is of no account.
    public func note(_ action: AuditEntry.Action, of accountID: String, _ subjects: [String], _ details: JSONObject = [:]) async throws {
        let now = clock.now
        try await store.write { try $0.audit(action, of: accountID, subjects, details, at: now) }
    }

    public func list(of accountID: String?, after serial: Int = 0, limit: Int) async throws -> [AuditEntry] {
        try await store.read { try $0.auditEntries(accountID: accountID, after: serial, limit: limit) }
    }

    /// Seals what is not, a batch for each account that has anything, and tells the log each new head: whoever has that outside of this machine can show
    /// that nothing before it was changed.
    public func seal() async throws {
        let now = clock.now
        while true {
            let sealed = try await store.write { writer in
                let entries = try writer.unsealedAuditEntries(limit: Self.batch)
                return try Dictionary(grouping: entries, by: \.accountID).map { accountID, own in
                    let last = try writer.lastAuditBatch(accountID: accountID)
                    let batch = AuditBatch(after: last, of: accountID, own.sorted { $0.serial < $1.serial }, at: now)
                    try writer.seal(batch, entries: own.map(\.serial))
                    return batch
                }
            }
            guard !sealed.isEmpty else { return }
            for batch in sealed {
                service.observer.sealed(batch.count)
                logger.notice(
                    "audit entries were sealed",
                    metadata: ["account": "\(batch.accountID)", "batch": "\(batch.number)", "entries": "\(batch.count)", "hash": "\(batch.hash)"])
            }
        }
    }

    /// Compares an account's log with what was sealed, or with nil everybody's.
    /// - Parameter head: a hash that the log outside has, which one of the batches must have.
    /// - Returns: what is wrong, about `limit` at most, and how many batches were looked at.
    public func verify(_ accountID: String?, head: String? = nil, limit: Int = 100) async throws -> (faults: [AuditFault], batches: Int) {
        var faults: [AuditFault] = [], batches = 0, hasHead = head == nil
        var next: String?
        if let accountID { next = accountID } else { next = try await store.read { try $0.auditedAccount(after: nil) } }
        while let id = next {
            var last: AuditBatch?
            while faults.count < limit {
                let passed = last?.number ?? 0
                let page = try await store.read { reader in
                    try reader.auditBatches(accountID: id, after: passed, limit: 20).map { ($0, try reader.auditEntries(accountID: id, batch: $0.number)) }
                }
                guard !page.isEmpty else { break }
                for (batch, entries) in page {
                    if let reason = Self.fault(batch, entries, after: last) { faults.append(AuditFault(accountID: id, batch: batch.number, reason: reason)) }
                    hasHead = hasHead || batch.hash == head
                    batches += 1
                    last = batch
                }
            }
            next = accountID == nil ? try await store.read { try $0.auditedAccount(after: id) } : nil
        }
        if !hasHead { faults.append(AuditFault(accountID: accountID ?? "", batch: nil, reason: "no batch has the hash \(head ?? "")")) }
        return (faults, batches)
    }

    private static func fault(_ batch: AuditBatch, _ entries: [AuditEntry], after last: AuditBatch?) -> String? {
        if batch.number != (last?.number ?? 0) + 1 { return "the batch before it is missing" }
        if batch.count != entries.count { return "it has \(entries.count) entries and had \(batch.count)" }
        return AuditBatch.hash(batch.number, after: last?.hash ?? "", batch.accountID, entries) == batch.hash ? nil : "its entries are not what was sealed"
    }
}
