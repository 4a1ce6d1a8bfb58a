/// The authenticated sender of a request, as a dialect's authentication found out.
public struct Principal: Sendable, Hashable {
    public let accountID: String
    public let userID: String?
    public let credentialID: String?
    /// May act on every account of the server.
    public let actsOnAllAccounts: Bool
    /// Keyed hash of the token, to end it by.
    public let ticketHash: String?

    public init(accountID: String, userID: String? = nil, credentialID: String? = nil, actsOnAllAccounts: Bool = false, ticketHash: String? = nil) {
        self.accountID = accountID
        self.userID = userID
        self.credentialID = credentialID
        self.actsOnAllAccounts = actsOnAllAccounts
        self.ticketHash = ticketHash
    }

    /// Whether the caller may act on an account: his own and every one below it (K§3.5).
    public func may(actOn account: Account) -> Bool {
        actsOnAllAccounts || accountID == account.id || account.lineage.contains(accountID)
    }
}

extension Principal {
    init(_ entry: TicketEntry) {
        self.init(
            accountID: entry.account.id, userID: entry.ticket.userID, credentialID: entry.ticket.credentialID,
            actsOnAllAccounts: entry.account.actsOnAllAccounts, ticketHash: entry.ticket.hash)
    }
}
