import Foundation

/// A mailbox that something has happened to, for those who are told of it by mail (K§11.1), from one reading.
public struct MailboxNotice: Sendable {
    public let mailbox: Mailbox
    public let owner: User?
    public let account: Account
    /// The zone that its times are shown in.
    public let zone: TimeZone

    /// As its owner or his account wrote it; nil for the server's.
    public var language: String? { owner?.language ?? account.language }

    /// The receivers of mail about the mailbox itself, such as that it is full.
    public var receivers: [String] { mailbox.mailReceiversOfItself(owner: owner) }

    /// The receivers of mail about something that has happened to it.
    public func receivers(of news: MailboxNews) -> [String] { mailbox.mailReceivers(of: news, owner: owner) }
}

extension Mailbox {
    /// The receivers of mail about the mailbox itself: those who are told of a new message, and its owner in any case. Nobody, where the mailbox
    /// itself says so.
    func mailReceiversOfItself(owner: User?) -> [String] {
        guard sendsMail != false, let address = owner?.email, !address.isEmpty else { return mailReceivers(owner: owner) }
        let receivers = mailReceivers(owner: owner)
        return receivers.contains { $0.lowercased() == address.lowercased() } ? receivers : receivers + [address]
    }

    /// That a message was deleted concerns those who were told of it.
    func mailReceivers(of news: MailboxNews, owner: User?) -> [String] {
        news == .messageDeleted ? mailReceivers(owner: owner) : mailReceiversOfItself(owner: owner)
    }

    /// Whether its people are told of something: as it says itself, else as its account does, else the server.
    func tells(_ news: MailboxNews, of account: Account, _ limits: Limits) -> Bool {
        (MailboxNews.wanted(stored.attributes) ?? account.wantedNews ?? limits.mailboxNews).contains(news)
    }
}

extension Mailboxes {
    /// Notes that somebody wanted to leave a message and found no room.
    /// - Throws: `VoicemailError.notFound`, `StoreError`.
    public func noteFull(_ id: String, in account: Account) async throws {
        let standard = limits.mailboxCapacity
        try await inTransaction { change in
            let mailbox: Mailbox = try change.writer.require(id, in: account.id)
            let count = try change.writer.visibleMessages(of: id).tally().total
            try change.writer.append(
                Event(
                    kind: .mailboxFull, accountID: account.id, subjectID: id,
                    payload: Self.counts(count, of: mailbox.capacity(standard)), created: change.now))
        }
    }

    /// What an event is to a mailbox whose people are told of such things; nil for what is no news, and where nobody has asked for it.
    public func news(_ event: Event, _ reader: any StoreReader) throws -> (news: MailboxNews, mailbox: Mailbox)? {
        guard let (news, mailboxID) = MailboxNews.of(event), let mailbox: Mailbox = try reader.find(id: mailboxID),
            let account = try reader.account(id: mailbox.accountID), mailbox.tells(news, of: account, limits)
        else { return nil }
        return (news, mailbox)
    }

    /// What an event of some news might say, to be shown.
    public func sample(of news: MailboxNews?, _ mailbox: Mailbox) -> JSONObject {
        let capacity = mailbox.capacity(limits.mailboxCapacity)
        switch news {
        case nil: return Self.counts(capacity, of: capacity)
        case .nearlyFull?: return Self.counts(limits.nearlyFull(of: capacity) ?? capacity, of: capacity)
        case .pinLocked?: return ["failures": 10, "interface": "web", "source": "192.0.2.1", "until": .int(clock.now.advanced(by: 3600).unix)]
        case .greetingChanged?, .messageDeleted?: return [:]
        }
    }

    /// - Returns: nil where the mailbox or its account is gone.
    public func notice(of id: String) async throws -> MailboxNotice? {
        try await store.read { reader in
            guard let mailbox: Mailbox = try reader.find(id: id), let account = try reader.account(id: mailbox.accountID) else { return nil }
            return MailboxNotice(
                mailbox: mailbox, owner: try mailbox.owner(reader), account: account, zone: try timeZone(of: mailbox, account: account, reader))
        }
    }
}

extension StoreReader {
    /// The receivers of mail about a full mailbox; nil for an event of another kind, and where the mailbox is gone.
    public func mailReceivers(ofFull event: Event) throws -> [String]? {
        guard event.kind == .mailboxFull, let mailbox: Mailbox = try find(id: event.subjectID) else { return nil }
        return mailbox.mailReceiversOfItself(owner: try mailbox.owner(self))
    }

    /// The receivers of mail about something that has happened to a mailbox.
    public func mailReceivers(of news: MailboxNews, in mailbox: Mailbox) throws -> [String] {
        mailbox.mailReceivers(of: news, owner: try mailbox.owner(self))
    }
}
