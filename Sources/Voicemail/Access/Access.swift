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
    /// nil when the token opens nothing (`Tickets.enter`).
    public let principal: Principal?
    /// The account named by the path; nil when there is none.
    public let account: Account?
    /// The mailbox named by the path, where it is the account's.
    public let mailbox: Mailbox?
    /// What was to be shown of the account, where the caller may act on it.
    public let page: MessagePage<ListedMessage>?
}

extension Access {
    /// Looks a token and an account up, and a mailbox of this account.
    /// - Parameter showing: which of the account's messages are likely to be asked for next; they are read by the way. nil for none.
    public func enter(
        token: String?, kind: Ticket.Kind, accountID: String?, mailboxID: String? = nil,
        showing: @escaping @Sendable (Account) -> ShownMessages? = { _ in nil }
    ) async throws -> AccessEntry {
        let hash = token.map(secrets.fingerprint)
        let found = try await look { look in
            let reader = look.reader
            let entry = try hash.flatMap { hash -> TicketEntry? in
                do { return try look.entry(ofTicket: hash, kind) } catch is TicketError { return nil }
            }
            // Mostly the account of the token, which has been read.
            let account = entry?.account.id == accountID ? entry?.account : try reader.account(id: accountID)
            let mailbox: Mailbox? = account == nil ? nil : try reader.find(id: mailboxID)
            let principal = entry.map { Principal($0) }
            let shown = account.flatMap { principal?.may(actOn: $0) == true ? showing($0) : nil }
            return AccessEntry(
                principal: principal, account: account, mailbox: mailbox?.accountID == account?.id ? mailbox : nil,
                page: try shown.map { try reader.page($0) })
        }
        AuditActor.current.identify(found.principal?.userID ?? found.principal?.credentialID)
        return found
    }
}

extension Principal {
    fileprivate init(_ entry: TicketEntry) {
        self.init(
            accountID: entry.account.id, userID: entry.ticket.userID, credentialID: entry.ticket.credentialID,
            isSuperduperAdmin: entry.account.isSuperduperAdmin, ticketHash: entry.ticket.hash)
    }
}
