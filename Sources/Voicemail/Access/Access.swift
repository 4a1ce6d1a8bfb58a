/// Who is asking, as a dialect's authentication found out.
public struct Principal: Sendable, Hashable {
    public let accountID: String
    public let userID: String?
    public let credentialID: String?
    /// May act on every account of the server.
    public let isSuperduperAdmin: Bool
    /// Keyed hash of the token, to end it by.
    public let ticketHash: String?

    public init(accountID: String, userID: String? = nil, credentialID: String? = nil, isSuperduperAdmin: Bool = false, ticketHash: String? = nil) {
        self.accountID = accountID
        self.userID = userID
        self.credentialID = credentialID
        self.isSuperduperAdmin = isSuperduperAdmin
        self.ticketHash = ticketHash
    }

    /// Whether the caller may act on an account: his own and every one below it (K§3.5).
    public func may(actOn account: Account) -> Bool {
        isSuperduperAdmin || accountID == account.id || account.lineage.contains(accountID)
    }
}

/// What a token and a path lead to, found in one transaction.
public struct AccessEntry: Sendable {
    /// nil when the token is unknown, expired, or of an account or user that is gone or switched off.
    public let principal: Principal?
    /// The ticket of that token.
    public let ticket: Ticket?
    /// The account named by the path; nil when there is none.
    public let account: Account?
}

extension Access {
    /// Looks a token and an account up.
    public func enter(token: String?, kind: Ticket.Kind, accountID: String?) async throws -> AccessEntry {
        let hash = token.map(secrets.fingerprint)
        let now = clock.now
        return try await store.read { reader in
            let ticket = try hash.flatMap { try reader.ticket(hash: $0) }
                .flatMap { $0.kind == kind && $0.expires > now ? $0 : nil }
            let account = try reader.account(id: accountID)
            let principal = try ticket.flatMap { ticket in
                // Mostly the one of the path, which has been read.
                let own = ticket.accountID == accountID ? account : try reader.account(id: ticket.accountID)
                return try own.flatMap { try Self.principal(of: ticket, in: $0, reader) }
            }
            return AccessEntry(principal: principal, ticket: ticket, account: account)
        }
    }

    private static func principal(of ticket: Ticket, in account: Account, _ reader: any StoreReader) throws -> Principal? {
        guard account.isEnabled else { return nil }
        if let userID = ticket.userID {
            guard let user: User = try reader.find(id: userID), user.isEnabled else { return nil }
        }
        return Principal(
            accountID: account.id, userID: ticket.userID, credentialID: ticket.credentialID,
            isSuperduperAdmin: account.isSuperduperAdmin, ticketHash: ticket.hash)
    }
}
