/// A mailbox that a caller has found full, for those who are told of it (K§11.1), from one reading.
public struct FullMailbox: Sendable {
    public let mailbox: Mailbox
    public let owner: User?
    public let account: Account

    /// As its owner or his account wrote it; nil for the server's.
    public var language: String? { owner?.language ?? account.language }

    /// Who is told.
    public var receivers: [String] { mailbox.mailReceiversWhenFull(owner: owner) }
}

extension Mailbox {
    /// Who is told that it is full: as of a new message, and its owner in any case. Nobody, where the mailbox itself says so.
    func mailReceiversWhenFull(owner: User?) -> [String] {
        guard sendsMail != false, let address = owner?.email, !address.isEmpty else { return mailReceivers(owner: owner) }
        let receivers = mailReceivers(owner: owner)
        return receivers.contains { $0.lowercased() == address.lowercased() } ? receivers : receivers + [address]
    }
}

extension Mailboxes {
    /// Notes that somebody wanted to leave a message and found no room.
    /// - Throws: `VoicemailError.notFound`, `StoreError`.
    public func noteFull(_ id: String, in account: Account) async throws {
        let standard = limits.mailboxCapacity
        try await inTransaction { change in
            let mailbox: Mailbox = try change.writer.require(id, in: account.id)
            let count = try Messages.visibleTally(id, change.writer).total
            try change.writer.append(
                Event(
                    kind: .mailboxFull, accountID: account.id, subjectID: id,
                    payload: ["message_count": .int(count), "max_message_count": .int(mailbox.capacity(standard))], created: change.now))
        }
    }

    /// Who is to be told by mail of what has happened; nil for an event of another kind, and where the mailbox is gone.
    public static func mailReceivers(ofFull event: Event, _ reader: any StoreReader) throws -> [String]? {
        guard event.kind == .mailboxFull, let mailbox: Mailbox = try reader.find(id: event.subjectID) else { return nil }
        return mailbox.mailReceiversWhenFull(owner: try mailbox.owner(reader))
    }

    /// - Returns: nil where the mailbox or its account is gone.
    public func full(_ id: String) async throws -> FullMailbox? {
        try await store.read { reader in
            guard let mailbox: Mailbox = try reader.find(id: id), let account = try reader.account(id: mailbox.accountID) else { return nil }
            return FullMailbox(mailbox: mailbox, owner: try mailbox.owner(reader), account: account)
        }
    }
}
