/// Two tickets: one to call with, and one to get the next pair with.
public struct TicketPair: Sendable, Hashable {
    public let access: String
    public let refresh: String

    /// - Parameter secret: makes each of the two.
    public init(_ secret: () -> String) {
        access = secret()
        refresh = secret()
    }

    /// The fingerprints that the two are stored under.
    fileprivate func hashes(_ secrets: Secrets) -> (access: String, refresh: String) { (secrets.fingerprint(access), secrets.fingerprint(refresh)) }
}

/// What the pairs of an interface are like.
public struct TicketPairRules: Sendable, Hashable {
    public let access: Ticket.Kind
    public let refresh: Ticket.Kind
    /// Seconds.
    public let accessLifetime: Int
    public let refreshLifetime: Int
    /// Access tickets of one credential at once.
    public let maximumLive: Int
    public let whenFull: WhenFull

    /// What becomes of who wants one more than he may have.
    public enum WhenFull: Sendable, Hashable {
        /// He is refused, and has those that he has.
        case refuse
        /// His oldest end for it, with their partners.
        case endOldest
    }

    public init(
        access: Ticket.Kind, refresh: Ticket.Kind, accessLifetime: Int, refreshLifetime: Int, maximumLive: Int, whenFull: WhenFull = .refuse
    ) {
        self.whenFull = whenFull
        self.access = access
        self.refresh = refresh
        self.accessLifetime = accessLifetime
        self.refreshLifetime = refreshLifetime
        self.maximumLive = maximumLive
    }
}

extension Tickets {
    /// Opens a pair for a credential.
    /// - Throws: `VoicemailError.limitReached` for one that has as many as it may, where the rules refuse it.
    public func open(_ pair: TicketPair, for credential: Credential, _ rules: TicketPairRules, details: JSONObject = [:]) async throws {
        let issue = PairIssue(hashes: pair.hashes(secrets), credential: credential, rules: rules, now: clock.now)
        try await store.write { writer in
            try issue.insert(details: details, replacing: nil, writer)
            if let ticket = try writer.ticket(hash: issue.hashes.access) { try writer.noteLogin(ticket) }
        }
    }

    /// Gives a pair for the refresh ticket of an old one, which ends at once. What was kept with that goes on.
    /// - Parameter judge: refuses who may not have it; then the old pair stays.
    /// - Throws: `TicketError`; `VoicemailError.limitReached`, and then the old pair stays; what `judge` throws.
    public func exchange(
        _ refresh: String, for pair: TicketPair, _ rules: TicketPairRules, judge: @escaping @Sendable (Credential) throws -> Void = { _ in }
    ) async throws {
        let hash = secrets.fingerprint(refresh), hashes = pair.hashes(secrets)
        let now = clock.now
        try await store.write { writer in
            let entry = try Look(reader: writer, now: now).entry(ofTicket: hash, rules.refresh)
            guard let credential = entry.credential else { throw TicketError.unknown }
            try judge(credential)
            let old = entry.ticket
            // Changes since the login are kept with the access ticket, as long as that is there.
            let access = try old.partner.flatMap { try writer.ticket(hash: $0) }
            try writer.close(old)
            let issue = PairIssue(hashes: hashes, credential: credential, rules: rules, now: now)
            try issue.insert(details: access?.details ?? old.details, replacing: old.partner, writer)
        }
    }

    /// Follows an access ticket to the one it was exchanged for, if it was.
    /// - Returns: the ticket as it is now, whether or not it has ended by age; nil when it was revoked.
    public func follow(_ ticket: FollowedTicket) async throws -> FollowedTicket? {
        let now = clock.now
        if let expires = ticket.expires, expires <= now { return ticket }
        return try await store.read { reader in
            var followed = ticket
            if let found = try reader.ticket(hash: ticket.hash) {
                followed.expires = found.expires
                return followed
            }
            let others = try reader.tickets(credentialID: ticket.credentialID, kind: ticket.kind, aliveAt: now)
            guard let next = others.first(where: { $0.replaced == ticket.hash }) else { return nil }
            followed.hash = next.hash
            followed.expires = next.expires
            return followed
        }
    }
}

/// A ticket that something outlasting a request was opened with.
public struct FollowedTicket: Sendable, Hashable {
    public fileprivate(set) var hash: String
    public let kind: Ticket.Kind
    public let credentialID: String
    /// When it ends by age; nil until it was looked up.
    public fileprivate(set) var expires: Timestamp?

    public init(hash: String, kind: Ticket.Kind, credentialID: String) {
        self.hash = hash
        self.kind = kind
        self.credentialID = credentialID
    }
}

/// A pair that is about to be issued.
private struct PairIssue: Sendable {
    let hashes: (access: String, refresh: String)
    let credential: Credential
    let rules: TicketPairRules
    let now: Timestamp

    func insert(details: JSONObject, replacing old: String?, _ writer: any StoreWriter) throws {
        let live = try writer.tickets(credentialID: credential.id, kind: rules.access, aliveAt: now)
        func draft(_ kind: Ticket.Kind, _ lifetime: Int) -> TicketDraft {
            TicketDraft(kind, accountID: credential.accountID, credentialID: credential.id, lifetime: lifetime, details: details)
        }
        var ticket = Tickets.ticket(hashes.access, draft(rules.access, rules.accessLifetime), now, partner: hashes.refresh, replaced: old)
        switch rules.whenFull {
        case .refuse: guard live.count < rules.maximumLive else { throw VoicemailError.limitReached }
        case .endOldest: try writer.makeRoom(for: &ticket, among: live, atMost: rules.maximumLive)
        }
        try writer.insert(ticket)
        try writer.insert(Tickets.ticket(hashes.refresh, draft(rules.refresh, rules.refreshLifetime), now, partner: hashes.access))
    }
}
