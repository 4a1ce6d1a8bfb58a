import Voicemail

/// A mailed way to the sound of one message. Who has it hears that message and nothing else, until it is too old or was revoked.
///
/// It is its own proof, signed with the server's key, so that it costs the store nothing however many are mailed.
public struct MessageLink: Sendable, Hashable {
    /// Why one leads nowhere.
    public enum Fault: Error, Sendable, Hashable {
        /// Not of our making, or its message is gone.
        case unknown
        /// Too old, or revoked.
        case over
    }

    public let messageID: String
    public let issued: Timestamp
    public let expires: Timestamp
    /// Random digits: links to one message that were made in the same second differ by them, so that each can be revoked alone.
    private let mark: String

    public init(messageID: String, issued: Timestamp, expires: Timestamp) {
        self.init(messageID: messageID, issued: issued, expires: expires, mark: String(HexID.random().prefix(8)))
    }

    private init(messageID: String, issued: Timestamp, expires: Timestamp, mark: String) {
        self.messageID = messageID
        self.issued = issued
        self.expires = expires
        self.mark = mark
    }

    fileprivate var facts: String { "\(messageID).\(issued.unix).\(expires.unix).\(mark)" }

    public func text(_ secrets: Secrets) -> String { facts + "." + Self.signature(of: facts, secrets) }

    /// - Throws: `Fault.unknown` for what was not signed here.
    public init(_ text: String, _ secrets: Secrets) throws(Fault) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 5, let issued = Int(parts[1]), let expires = Int(parts[2]), HexID.isValid(String(parts[0])) else { throw .unknown }
        self.init(messageID: String(parts[0]), issued: Timestamp(unix: issued), expires: Timestamp(unix: expires), mark: String(parts[3]))
        // Numbers that are written in another way are no text of ours.
        guard Secrets.equal(text, self.text(secrets)) else { throw .unknown }
    }

    /// What else the server signs begins otherwise.
    private static func signature(of facts: String, _ secrets: Secrets) -> String { HexID.encode(secrets.sign("message link " + facts)) }
}

/// Mailed links: how they are made, followed and revoked.
public struct MessageLinks: Sendable {
    private let service: VoicemailService

    public init(_ service: VoicemailService) { self.service = service }

    /// Where they are below the server's public address.
    static let path = "/download/"

    /// What is kept with an account: from when on its links are good, by mailbox and, under an empty name, for all.
    private static let kept = "mail-links"
    private static let everyMailbox = ""

    /// - Parameter base: the server's public address.
    func make(to message: Message, base: String, days: Int) -> (url: String, expires: Timestamp) {
        let now = service.clock.now
        let link = MessageLink(messageID: message.id, issued: now, expires: now.advanced(by: days * 86_400))
        return ((base.hasSuffix("/") ? String(base.dropLast()) : base) + Self.path + link.text(service.secrets), link.expires)
    }

    /// - Throws: `MessageLink.Fault`, `StoreError`.
    func follow(_ text: String) async throws -> MessageNotice {
        let link = try MessageLink(text, service.secrets)
        guard link.expires > service.clock.now else { throw MessageLink.Fault.over }
        if try await isRevoked(link) { throw MessageLink.Fault.over }
        guard let notice = try await service.messages.notice(of: link.messageID), notice.account.isEnabled else { throw MessageLink.Fault.unknown }
        let revoked = notice.account.kept(by: Self.kept)
        for name in [Self.everyMailbox, notice.mailbox.id] {
            if let moment = revoked[name]?.int, link.issued.unix <= moment { throw MessageLink.Fault.over }
        }
        return notice
    }

    /// Ends one link. That is kept for as long as the link would have been good.
    /// - Parameter text: the link, or what stands behind its last stroke.
    /// - Throws: `MessageLink.Fault` for what is none, and for one that is over.
    public func revoke(_ text: String) async throws {
        let link = try MessageLink(String(text.split(separator: "/").last ?? ""), service.secrets)
        let left = link.expires.unix - service.clock.now.unix
        guard left > 0, try await !isRevoked(link) else { throw MessageLink.Fault.over }
        guard let notice = try await service.messages.notice(of: link.messageID) else { throw MessageLink.Fault.unknown }
        do {
            try await service.tickets.open(Self.secret(of: link), TicketDraft(Self.revoked, accountID: notice.account.id, lifetime: left))
        } catch StoreError.conflict {
            // Somebody else has ended it at the same moment.
            throw MessageLink.Fault.over
        }
    }

    private func isRevoked(_ link: MessageLink) async throws -> Bool {
        do {
            _ = try await service.tickets.enter(Self.secret(of: link), Self.revoked)
            return true
        } catch is TicketError { return false }
    }

    private static let revoked = Ticket.Kind(rawValue: "revoked-link")

    /// The key that a revocation is found by; the link itself opens nothing else.
    private static func secret(of link: MessageLink) -> String { "revoked link " + link.facts }

    /// Ends all links to an account's messages, or to those of one mailbox, that were mailed until now.
    public func revoke(of account: Account, mailbox: Mailbox?) async throws {
        let now = service.clock.now.unix, name = mailbox?.id ?? Self.everyMailbox
        _ = try await service.accounts.changeKept(by: Self.kept, of: account) { kept in
            var kept = kept
            // Revocations older than the longest link are of no use any more.
            for (key, value) in kept where (value.int ?? 0) < now - Self.longestDays * 86_400 { kept[key] = .null }
            kept[name] = .int(now)
            return kept
        }
    }

    /// Days that a link may be good.
    public static let longestDays = 365
}
