import Foundation

/// A mailbox as it is shown to somebody who listens to it.
public struct HeardMailbox: Sendable, Hashable {
    public let id: String
    public let number: String
    public let name: String
    /// Whether a group shares it.
    public let isShared: Bool
    /// Counts no message that retention has ended.
    public let tally: Tally
}

/// A mailbox that somebody has before him.
public struct MailboxSight: Sendable {
    public let mailbox: Mailbox
    /// The zone that its times are shown in.
    public let zone: TimeZone
    public let page: MessagePage<Message>
    /// Those that he listens to, a page of them.
    public let mailboxes: ListingPage<HeardMailbox>
    /// Counts no message that retention has ended.
    public let tally: Tally
}

/// A user who comes as himself listens to his own mailboxes and to those of the groups that these belong to, and an
/// administrator to every one of his account. A PIN opens the one mailbox that it is of.
extension Mailboxes {
    /// The mailboxes that somebody listens to, a page of them: before the first page's others all of his own, each in order of name.
    /// - Parameters:
    ///   - start: where the page begins among the others; nil for the first one.
    ///   - limit: others at most.
    public func heard(by listener: MailboxListener, in account: Account, start: ListingPlace? = nil, limit: Int) async throws -> ListingPage<HeardMailbox> {
        let cutoff = cutoff(for: account)
        return try await store.read { try Listening(listener, in: account, $0).mailboxes(cutoff: cutoff, start: start, limit: limit) }
    }

    /// A mailbox that somebody listens to.
    /// - Throws: `VoicemailError.notFound` also for one that he does not listen to: he need not know that it is there.
    public func heard(_ id: String, by listener: MailboxListener, in account: Account) async throws -> Mailbox {
        try await store.read { try Listening(listener, in: account, $0).mailbox(id) }
    }

    /// A mailbox with its messages and those beside it, all from one reading, so that counts and lists agree.
    /// - Parameters:
    ///   - id: nil for the first that he listens to.
    ///   - start: where the page of mailboxes begins; `limit` is how many others it has at most.
    ///   - listing: which of its messages are listed, where its times are shown in this zone.
    /// - Returns: nil for who listens to none at all.
    /// - Throws: `VoicemailError.notFound` for a mailbox that he does not listen to.
    public func sight(
        of id: String?, by listener: MailboxListener, in account: Account, start: ListingPlace? = nil, limit: Int,
        _ listing: @escaping @Sendable (Mailbox, TimeZone) -> MessageListing
    ) async throws -> MailboxSight? {
        let cutoff = cutoff(for: account)
        return try await store.read { reader in
            let listening = Listening(listener, in: account, reader)
            let asked = try id.map { try listening.mailbox($0) }
            let mailboxes = try listening.mailboxes(cutoff: cutoff, start: start, limit: limit)
            guard let mailbox = try asked ?? mailboxes.items.first.map({ try listening.mailbox($0.id) }) else { return nil }
            let zone = try timeZone(of: mailbox, account: account, reader)
            let listed = mailboxes.items.first { $0.id == mailbox.id }
            return MailboxSight(
                mailbox: mailbox, zone: zone, page: try reader.page(listing(mailbox, zone)), mailboxes: mailboxes,
                tally: try listed?.tally ?? reader.tally(mailboxID: mailbox.id, cutoff: cutoff))
        }
    }

    /// A mailbox whose greeting and settings are somebody's to change: his own, and of an administrator every one. One that a group shares is
    /// none of its members' own.
    /// - Throws: `VoicemailError.notFound` also for one that is not.
    public func tended(_ id: String, by listener: MailboxListener, in account: Account) async throws -> Mailbox {
        let mailbox: Mailbox = try await require(id, of: account)
        guard Self.tends(listener, mailbox) else { throw VoicemailError.notFound(id: id) }
        return mailbox
    }

    /// Whether a mailbox's greeting and settings are somebody's to change.
    public static func tends(_ listener: MailboxListener, _ mailbox: Mailbox) -> Bool {
        listener.accountID == mailbox.accountID && (listener.isAdministrator || listener.owns(mailbox))
    }
}

extension Listening {
    /// Before the first page's others all of his own, each in order of name.
    fileprivate func mailboxes(cutoff: Timestamp, start: ListingPlace?, limit: Int) throws -> ListingPage<HeardMailbox> {
        let own = try own()
        let others = try others(than: own, start: start, limit: limit)
        let mailboxes = (start == nil ? own.values.sorted { ($0.name, $0.id) < ($1.name, $1.id) } : []) + others.items
        let tallies = try reader.tallies(mailboxIDs: mailboxes.map(\.id), cutoff: cutoff)
        let items = zip(mailboxes, tallies).map { mailbox, tally in
            HeardMailbox(id: mailbox.id, number: mailbox.number, name: mailbox.name, isShared: mailbox.group?.mode == .share, tally: tally)
        }
        return ListingPage(items: items, first: others.first, next: others.next)
    }

    /// - Throws: `VoicemailError.notFound` also for one that he does not listen to.
    fileprivate func mailbox(_ id: String) throws -> Mailbox {
        let mailbox: Mailbox = try reader.require(id, in: account.id)
        guard listener.accountID == account.id, try listens(to: mailbox) else { throw VoicemailError.notFound(id: id) }
        return mailbox
    }

    private func listens(to mailbox: Mailbox) throws -> Bool {
        if listener.isAdministrator || listener.owns(mailbox) { return true }
        guard case .user(let user) = listener, let group = mailbox.group, group.mode == .share else { return false }
        let members = try reader.find(Mailbox.self, ids: group.members, in: account.id, attributes: MailboxEntry.attributes)
        return members.contains { $0.ownerID == user.id }
    }

    /// His own mailboxes, by their ids.
    private func own() throws -> [String: Mailbox] {
        let user: User
        switch listener {
        case .user(let found): user = found
        case .mailbox(let mailbox): return mailbox.accountID == account.id ? [mailbox.id: mailbox] : [:]
        }
        var own: [String: Mailbox] = [:]
        let query = DocumentQuery(kind: .mailbox, accountID: account.id, ownerID: user.id, attributes: MailboxEntry.attributes)
        try reader.each(Mailbox.self, query) { mailbox in
            if mailbox.accountID == account.id { own[mailbox.id] = mailbox }
            return true
        }
        return own
    }

    private func others(than own: [String: Mailbox], start: ListingPlace?, limit: Int) throws -> ListingPage<Mailbox> {
        var builder = ListingPageBuilder<Mailbox>(limit: limit)
        if listener.isAdministrator {
            let query = DocumentQuery(kind: .mailbox, accountID: account.id, start: start, attributes: MailboxEntry.attributes)
            try reader.each(Mailbox.self, query) { mailbox in builder.add(at: (mailbox.name, mailbox.id)) { own[mailbox.id] == nil ? mailbox : nil } }
            return builder.page
        }
        guard case .user = listener, !own.isEmpty else { return builder.page }
        var shared: [Mailbox] = []
        try reader.documents(kind: .mailbox, lookup: Mailbox.groupLookup(account.id)) { document in
            let mailbox = Mailbox(stored: document)
            if let group = mailbox.group, group.mode == .share, own[mailbox.id] == nil, group.members.contains(where: { own[$0] != nil }) {
                shared.append(mailbox)
            }
            return true
        }
        for mailbox in shared.sorted(by: { ($0.name, $0.id) < ($1.name, $1.id) }) {
            if let start, (mailbox.name, mailbox.id) < start { continue }
            guard builder.add(at: (mailbox.name, mailbox.id), { mailbox }) else { break }
        }
        return builder.page
    }
}
