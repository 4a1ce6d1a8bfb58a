/// Reading holds within a transaction.
public protocol HoldReader {
    func hold(id: String) throws -> LegalHold?
    /// Whether any of these things has a hold of its own.
    func isHeld(anyOf subjectIDs: [String]) throws -> Bool
    /// Those of these things that have a hold of their own.
    func heldSubjects(among subjectIDs: [String]) throws -> Set<String>
    /// Whether there is a hold on a mailbox or on a message in it.
    func hasHolds(mailboxID: String) throws -> Bool
    /// Whether there is a hold on an account or on anything in it.
    func hasHolds(accountID: String) throws -> Bool
    /// Holds of an account, or with nil all there are, behind the one with this serial, oldest first, at most `limit`.
    func holds(accountID: String?, after serial: Int, limit: Int) throws -> [LegalHold]
}

/// Changing holds within a transaction.
public protocol HoldWriter: HoldReader {
    /// - Returns: the hold with its serial.
    /// - Throws: `StoreError.conflict` when the id is taken.
    func insert(_ hold: LegalHold) throws -> LegalHold
    func remove(holdID: String) throws
}
