/// Counts of what an account holds, which a removal would take with it.
public struct AccountHoldings: Sendable, Hashable {
    public var users = 0
    public var mailboxes = 0
    /// In no trash.
    public var messages = 0
    public var greetings = 0
    public var webhooks = 0
    public var recordings = 0
    /// What applications log in with.
    public var keys = 0
}

extension Accounts {
    /// What removing an account would take.
    public func holdings(of account: Account) async throws -> AccountHoldings {
        let longAgo = Timestamp(unix: Timestamp.plausible.lowerBound)
        return try await store.read { reader in
            func count(_ kind: DocumentKind) throws -> Int {
                try [true, false].reduce(0) { try $0 + reader.documentCount(kind: kind, accountID: account.id, hasLookup: $1) }
            }
            var holdings = AccountHoldings(
                users: try count(.user), mailboxes: try count(.mailbox), greetings: try count(.greeting), webhooks: try count(.webhook),
                recordings: try reader.recordingTotals(accountID: account.id).count,
                keys: try reader.credentials(accountID: account.id).count { $0.kind != .login })
            try reader.visibleDays(accountID: account.id, from: longAgo, to: Timestamp(unix: Timestamp.plausible.upperBound), ascending: true) { day in
                holdings.messages += day.count
                return true
            }
            return holdings
        }
    }
}
