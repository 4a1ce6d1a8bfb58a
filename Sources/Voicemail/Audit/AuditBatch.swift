import Crypto

/// Entries of an account that were sealed together. Its hash covers them and the hash of the batch before: whoever changes, drops or slips in an entry
/// would have to make all hashes anew, of which the log outside has the last.
public struct AuditBatch: Sendable, Hashable {
    public let accountID: String
    /// From 1.
    public let number: Int
    /// Entries in it.
    public let count: Int
    /// 64 hex digits.
    public let hash: String
    public let created: Timestamp

    public init(accountID: String, number: Int, count: Int, hash: String, created: Timestamp) {
        self.accountID = accountID
        self.number = number
        self.count = count
        self.hash = hash
        self.created = created
    }

    /// The batch of some entries, in the order of their serials.
    init(after last: AuditBatch?, of accountID: String, _ entries: [AuditEntry], at now: Timestamp) {
        let number = (last?.number ?? 0) + 1
        self.init(
            accountID: accountID, number: number, count: entries.count, hash: Self.hash(number, after: last?.hash ?? "", accountID, entries), created: now)
    }

    static func hash(_ number: Int, after previous: String, _ accountID: String, _ entries: [AuditEntry]) -> String {
        var hash = SHA256()
        for part in [previous, accountID, String(number), String(entries.count)] + entries.map(\.sealedForm) {
            hash.update(data: Array(part.utf8))
            hash.update(data: [0])
        }
        return HexID.encode(hash.finalize())
    }
}
