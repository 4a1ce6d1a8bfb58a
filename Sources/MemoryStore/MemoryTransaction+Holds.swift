import Voicemail

extension MemoryTransaction {
    func hold(id: String) throws -> LegalHold? { try all().holds.first { $0.id.isSame(as: id) } }

    func isHeld(anyOf subjectIDs: [String]) throws -> Bool {
        try all().holds.contains { hold in subjectIDs.contains { $0.isSame(as: hold.subjectID) } }
    }

    func heldSubjects(among subjectIDs: [String]) throws -> Set<String> { Set(try subjectIDs.filter { try isHeld(anyOf: [$0]) }) }

    func hasHolds(mailboxID: String) throws -> Bool { try all().holds.contains { mailboxID.isSame(as: $0.mailboxID) } }

    func hasHolds(accountID: String) throws -> Bool { try all().holds.contains { accountID.isSame(as: $0.accountID) } }

    func holds(accountID: String?, after serial: Int, limit: Int) throws -> [LegalHold] {
        Array(
            try all().holds.filter { hold in hold.serial > serial && accountID.map { $0.isSame(as: hold.accountID) } ?? true }.prefix(max(0, limit)))
    }

    func insert(_ hold: LegalHold) throws -> LegalHold {
        guard try self.hold(id: hold.id) == nil else { throw StoreError.conflict }
        var stored = hold
        stored.serial = try change { $0.nextSerial() }
        try change { [stored] in $0.holds.append(stored) }
        return stored
    }

    func remove(holdID: String) throws { try change { $0.holds.removeAll { $0.id.isSame(as: holdID) } } }
}
