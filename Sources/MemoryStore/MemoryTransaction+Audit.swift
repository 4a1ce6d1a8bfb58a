import Voicemail

extension MemoryTransaction {
    func auditEntries(accountID: String?, after serial: Int, limit: Int) throws -> [AuditEntry] {
        Array(
            try all().auditEntries.filter { entry in entry.serial > serial && accountID.map { $0.isSame(as: entry.accountID) } ?? true }.prefix(max(0, limit)))
    }

    func auditEntries(accountID: String, batch: Int) throws -> [AuditEntry] {
        try all().auditEntries.filter { $0.batch == batch && batch > 0 && accountID.isSame(as: $0.accountID) }
    }

    func unsealedAuditEntries(limit: Int) throws -> [AuditEntry] {
        let waiting = try all().auditEntries.filter { $0.batch == 0 }
        let sorted = waiting.sorted { $0.accountID.isSame(as: $1.accountID) ? $0.serial < $1.serial : $0.accountID.precedes($1.accountID) }
        return Array(sorted.prefix(max(0, limit)))
    }

    func lastAuditBatch(accountID: String) throws -> AuditBatch? { try auditBatches(accountID: accountID, after: 0, limit: .max).last }

    func auditBatches(accountID: String, after number: Int, limit: Int) throws -> [AuditBatch] {
        let found = try all().auditBatches.filter { accountID.isSame(as: $0.accountID) && $0.number > number }
        return Array(found.sorted { $0.number < $1.number }.prefix(max(0, limit)))
    }

    func auditedAccount(after id: String?) throws -> String? {
        try all().auditEntries.map(\.accountID).filter { account in id.map { $0.precedes(account) } ?? true }.min { $0.precedes($1) }
    }

    func append(_ entry: AuditEntry) throws {
        guard try !all().auditEntries.contains(where: { $0.id.isSame(as: entry.id) }) else { throw StoreError.conflict }
        var stored = entry
        stored.serial = try change { $0.nextSerial() }
        try change { [stored] in $0.auditEntries.append(stored) }
    }

    func seal(_ batch: AuditBatch, entries serials: [Int]) throws {
        guard try lastAuditBatch(accountID: batch.accountID)?.number ?? 0 < batch.number else { throw StoreError.conflict }
        try change { rows in
            rows.auditBatches.append(batch)
            for index in rows.auditEntries.indices where serials.contains(rows.auditEntries[index].serial) { rows.auditEntries[index].batch = batch.number }
        }
    }

    func keepAuditTexts(_ texts: [String: String], ofEntry serial: Int) throws {
        try change { rows in
            for index in rows.auditEntries.indices where rows.auditEntries[index].serial == serial { rows.auditEntries[index].texts = texts }
        }
    }
}
