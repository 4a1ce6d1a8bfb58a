/// Why a ticket opens nothing.
public enum TicketError: Error, Sendable {
    /// It was good until its time was over. That is known for an hour.
    case expired
    case unknown
}

/// A ticket to be made.
public struct TicketDraft: Sendable {
    public let kind: Ticket.Kind
    public let accountID: String
    public let userID: String?
    public let credentialID: String?
    /// Seconds.
    public let lifetime: Int
    public let details: JSONObject
    /// Whether somebody is let in with it who was not before.
    public let isLogin: Bool

    public init(
        _ kind: Ticket.Kind, accountID: String, userID: String? = nil, credentialID: String? = nil, lifetime: Int, details: JSONObject = [:],
        isLogin: Bool = false
    ) {
        self.isLogin = isLogin
        self.kind = kind
        self.accountID = accountID
        self.userID = userID
        self.credentialID = credentialID
        self.lifetime = lifetime
        self.details = details
    }
}

/// What a ticket leads to.
public struct TicketEntry: Sendable {
    public let ticket: Ticket
    public let account: Account
    /// The user who holds it, where it is a user's.
    public let user: User?
    /// The mailbox whose PIN opened it, where one did.
    public let mailbox: Mailbox?
    /// The credential that it came from, where it came from one.
    public let credential: Credential?
}

extension Tickets {
    /// Opens a ticket under a secret of the interface's making; it counts once this returns.
    /// - Parameter limit: how many of the kind the draft's credential may have at once: beyond these its oldest end.
    public func open(_ secret: String, _ draft: TicketDraft, atMost limit: Int? = nil) async throws {
        let made = Self.ticket(secrets.fingerprint(secret), draft, clock.now)
        try await store.write { writer in
            var ticket = made
            if let limit, let credentialID = draft.credentialID {
                let living = try writer.tickets(credentialID: credentialID, kind: draft.kind, aliveAt: ticket.created)
                try writer.makeRoom(for: &ticket, among: living, atMost: limit)
            }
            try writer.insert(ticket)
            if draft.isLogin { try writer.noteLogin(ticket) }
        }
    }

    /// Looks a ticket up.
    /// - Throws: `TicketError`; `.unknown` also where its account or user is gone or switched off, or its credential withdrawn.
    public func enter(_ secret: String, _ kind: Ticket.Kind) async throws -> TicketEntry {
        let hash = secrets.fingerprint(secret)
        let entry = try await look { try $0.entry(ofTicket: hash, kind) }
        AuditActor.current.identify(entry.ticket.userID ?? entry.ticket.credentialID)
        return entry
    }

    /// Looks two tickets up together: one that says what is asked for, and one that says who asks. Which of them counts is the caller's to judge, and to tell
    /// the audit log (`AuditActor.identify`).
    /// - Parameter second: nil where nothing was shown.
    /// - Returns: of the second, nil where it opens nothing.
    /// - Throws: as `enter(_:_:)` for the first.
    public func enter(
        _ first: (secret: String, kind: Ticket.Kind), and second: (secret: String, kind: Ticket.Kind)?
    ) async throws -> (first: TicketEntry, second: TicketEntry?) {
        let firstHash = secrets.fingerprint(first.secret), firstKind = first.kind
        let other = second.map { (hash: secrets.fingerprint($0.secret), kind: $0.kind) }
        return try await look { look in
            let entry = try look.entry(ofTicket: firstHash, firstKind)
            let asking = try other.flatMap { other -> TicketEntry? in
                do { return try look.entry(ofTicket: other.hash, other.kind) } catch is TicketError { return nil }
            }
            return (first: entry, second: asking)
        }
    }

    /// Lets a ticket live on that lives as long as it is used.
    ///
    /// A write is synced, so use is written down once in `interval` seconds at most, and ahead by as many: the ticket lives at least its
    /// `lifetime` after the last use, and at most an interval longer.
    public func touch(_ ticket: Ticket, lifetime: Int, interval: Int) async throws {
        let now = clock.now
        guard ticket.expires < now.advanced(by: lifetime) else { return }
        try await extend(ticket.hash, to: now.advanced(by: lifetime + interval)) { _ in }
    }

    /// Changes what is kept with a ticket, which is a use of it too.
    public func change(_ ticket: Ticket, lifetime: Int, _ change: @escaping @Sendable (inout JSONObject) -> Void) async throws {
        try await extend(ticket.hash, to: clock.now.advanced(by: lifetime), change)
    }

    /// What is kept is what another request has made of it meanwhile; a ticket that has ended stays ended.
    private func extend(_ hash: String, to expires: Timestamp, _ change: @escaping @Sendable (inout JSONObject) -> Void) async throws {
        try await store.write { writer in
            guard var ticket = try writer.ticket(hash: hash) else { return }
            ticket.expires = expires
            let turn = ticket.turn
            change(&ticket.details)
            ticket.turn = turn
            try writer.update(ticket)
        }
    }

    /// Uses a ticket up that is good for one time.
    /// - Returns: whether there was one; of several who use it at once, one does.
    public func use(_ secret: String, _ kind: Ticket.Kind) async throws -> Bool {
        let hash = secrets.fingerprint(secret)
        let now = clock.now
        return try await store.write { writer in
            guard let ticket = try writer.ticket(hash: hash), ticket.kind == kind, ticket.expires > now else { return false }
            try writer.remove(ticketHash: hash)
            return true
        }
    }

    /// Ends a ticket with its partner.
    /// - Returns: whether there was one; of several who end it at once, one does.
    @discardableResult
    public func close(hash: String) async throws -> Bool {
        try await store.write { writer in
            guard let ticket = try writer.ticket(hash: hash) else { return false }
            try writer.close(ticket)
            return true
        }
    }

    /// The living tickets of an account that came from credentials of one kind, oldest first for each of them.
    public func living(of accountID: String, _ kind: Ticket.Kind, from credentials: Credential.Kind) async throws -> [Ticket] {
        try await look { try $0.reader.livingTickets(of: accountID, kind, from: credentials, at: $0.now) }
    }

    static func ticket(_ hash: String, _ draft: TicketDraft, _ now: Timestamp, partner: String? = nil, replaced: String? = nil) -> Ticket {
        Ticket(
            hash: hash, kind: draft.kind, accountID: draft.accountID, userID: draft.userID, credentialID: draft.credentialID, partner: partner,
            replaced: replaced, created: now, expires: now.advanced(by: draft.lifetime), details: draft.details)
    }
}

extension StoreReader {
    /// As `Tickets.living(of:_:from:)`, within a transaction.
    public func livingTickets(
        of accountID: String, _ kind: Ticket.Kind, from credentials: Credential.Kind, at now: Timestamp
    ) throws -> [Ticket] {
        try self.credentials(accountID: accountID).filter { $0.kind == credentials }
            .flatMap { try tickets(credentialID: $0.id, kind: kind, aliveAt: now) }
    }
}

extension StoreWriter {
    /// Notes that somebody was let in.
    func noteLogin(_ ticket: Ticket) throws {
        let who = [ticket.userID, ticket.credentialID].compactMap(\.self)
        AuditActor.current.identify(who.first)
        try audit(.loggedIn, of: ticket.accountID, who, ["kind": .string(ticket.kind.rawValue)], at: ticket.created)
    }

    /// Makes room for one more: of living tickets those beyond the limit end, the oldest first. The new one comes behind those of its second.
    func makeRoom(for ticket: inout Ticket, among living: [Ticket], atMost limit: Int) throws {
        let second = ticket.created
        ticket.turn = living.filter { $0.created == second }.map { $0.turn + 1 }.max() ?? 0
        let inOrder = living.sorted { ($0.created, $0.turn) < ($1.created, $1.turn) }
        for old in inOrder.prefix(max(0, living.count - limit + 1)) { try close(old) }
    }

    /// Ends a ticket with its partner.
    func close(_ ticket: Ticket) throws {
        try remove(ticketHash: ticket.hash)
        if let partner = ticket.partner { try remove(ticketHash: partner) }
    }
}

extension Look {
    /// A ticket with the account, user, mailbox and credential that it leads to now.
    /// - Throws: `TicketError`.
    func entry(ofTicket hash: String, _ kind: Ticket.Kind) throws -> TicketEntry {
        guard let ticket = try reader.ticket(hash: hash), ticket.kind == kind else { throw TicketError.unknown }
        guard ticket.expires > now else { throw TicketError.expired }
        guard let account = try reader.account(id: ticket.accountID), account.isEnabled else { throw TicketError.unknown }
        let user: User? = try reader.find(id: ticket.userID)
        let mailbox: Mailbox? = try user == nil ? reader.find(id: ticket.userID) : nil
        guard ticket.userID == nil || user?.isEnabled == true || mailbox.map({ isOf($0, ticket) }) == true else { throw TicketError.unknown }
        let credential = try ticket.credentialID.flatMap { try reader.credential(id: $0) }
        guard ticket.credentialID == nil || credential != nil else { throw TicketError.unknown }
        return TicketEntry(ticket: ticket, account: account, user: user, mailbox: mailbox, credential: credential)
    }

    /// Whether a ticket was opened with the PIN that a mailbox has now.
    private func isOf(_ mailbox: Mailbox, _ ticket: Ticket) -> Bool {
        mailbox.accountID == ticket.accountID && mailbox.pinEdition != nil && ticket.details[Tickets.pinKey]?.string == mailbox.pinEdition
    }
}

extension Ticket {
    private static let turnKey = "turn"

    /// The ticket's place among those of its kind that were made in the same second: where a kind has a limit, the oldest is known among these too.
    fileprivate(set) var turn: Int {
        get { details[Self.turnKey]?.int ?? 0 }
        set { details[Self.turnKey] = newValue == 0 ? nil : .int(newValue) }
    }
}
