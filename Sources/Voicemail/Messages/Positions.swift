/// A message with its place among those of its mailbox that are not in the trash, oldest first from 0.
public struct PositionedMessage: Sendable, Hashable {
    public let position: Int
    public let message: Message

    public init(position: Int, message: Message) {
        self.position = position
        self.message = message
    }

    /// `msg0000.wav`. Numbering closes up when a message goes, so the name holds until the next one does.
    public var fileName: String { PositionName.text(position) }
}

/// A stretch of a mailbox in order of position.
public struct PositionedPage: Sendable {
    public let items: [PositionedMessage]
    /// How many messages the mailbox has in all, without those in the trash.
    public let total: Int
}

/// A stretch of the mailbox of a number, with what decoding says of the audio in it.
public struct PositionedMailbox: Sendable {
    public let mailbox: Mailbox
    public let page: PositionedPage
    /// By blob; what no decoder accepts is left out.
    public let facts: [BlobID: AudioFacts]
    /// Of a group's mailbox; nil for a person's.
    public let members: [GroupMember]?
}

/// Mailboxes without folders for what is removed (P§7, S§3): one sequence of what is not in the trash, in order of arrival, which
/// is time and then serial. A message that retention has ended (K§6.5) keeps its place: those
/// interfaces know no retention.
extension Messages {
    /// Messages of a mailbox from the one at `offset` on, at most `limit`; with `newestFirst` the offset counts from
    /// the newest. Positions stay those of arrival.
    public func positioned(of mailboxID: String, offset: Int, limit: Int, newestFirst: Bool = false) async throws -> PositionedPage {
        try await store.read { try $0.positioned(of: mailboxID, offset: offset, limit: limit, newestFirst: newestFirst) }
    }

    /// The same of the mailbox of a number, which is looked for in the same read.
    /// - Returns: nil where no mailbox of the number holds messages.
    public func positioned(ofNumber number: String, in account: Account, offset: Int, limit: Int) async throws -> PositionedMailbox? {
        try await store.read { reader in
            guard let mailbox = try reader.mailbox(number: number, in: account.id), mailbox.holdsMessages else { return nil }
            return try PositionedPages(offset: offset, limit: limit).pages(of: [mailbox], reader).first
        }
    }

    /// The message of a mailbox that `fileName` names now.
    /// - Throws: `VoicemailError.notFound`.
    public func find(named fileName: String, of mailboxID: String) async throws -> PositionedMessage {
        try await store.read { try $0.visibleMessages(of: mailboxID).message(named: fileName) }
    }

    /// The place a message has now.
    /// - Throws: `VoicemailError.notFound` for one that is gone or in the trash.
    public func position(ofMessage id: String, in mailboxID: String) async throws -> PositionedMessage {
        try await store.read { reader in
            guard let message = try reader.message(id: id), message.mailboxID == mailboxID, message.folder != .deleted else {
                throw VoicemailError.notFound(id: id)
            }
            return PositionedMessage(position: try reader.visibleCount(mailboxID: mailboxID, before: message.position), message: message)
        }
    }
}

extension StoreReader {
    fileprivate func positioned(of mailboxID: String, offset: Int, limit: Int, newestFirst: Bool) throws -> PositionedPage {
        let visible = visibleMessages(of: mailboxID)
        let total = try visible.tally().total
        let offset = min(max(0, offset), total)
        let count = min(max(0, limit), total - offset)
        let first = newestFirst ? total - offset - count : offset
        let items = try visible.page(from: first, limit: count)
        return PositionedPage(items: newestFirst ? items.reversed() : items, total: total)
    }
}
