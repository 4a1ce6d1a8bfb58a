import Foundation

/// A message with everything that a mail about it says (K§11.1), from one reading.
public struct MessageNotice: Sendable {
    public let message: Message
    public let mailbox: Mailbox
    /// The user whose mailbox it is.
    public let owner: User?
    public let account: Account
    /// The zone that its times are shown in.
    public let zone: TimeZone
    /// Whether its length is known, or never will be.
    public let isMeasured: Bool

    /// As its owner or his account wrote it; nil for the server's.
    public var language: String? { owner?.language ?? account.language }

    /// The receivers' addresses.
    public var receivers: [String] { mailbox.mailReceivers(owner: owner) }
}

extension Mailbox {
    /// The receivers of mail about a new message: its own addresses, and its owner unless he wants none, each once (K§11.1). Nobody, where the
    /// mailbox itself says so.
    func mailReceivers(owner: User?) -> [String] {
        guard sendsMail != false else { return [] }
        let address = owner?.email.flatMap { $0.isEmpty ? nil : $0 }
        var receivers: [String] = [], known: Set<String> = []
        if let address, owner?.refusesMail == true { known.insert(address.lowercased()) }
        for receiver in notificationAddresses + [address].compactMap(\.self) where known.insert(receiver.lowercased()).inserted {
            receivers.append(receiver)
        }
        return receivers
    }

    /// Its owner, if he is of the same account.
    func owner(_ reader: any StoreReader) throws -> User? {
        let owner: User? = try reader.find(id: ownerID)
        return owner?.accountID == accountID ? owner : nil
    }
}

extension Messages {
    /// - Returns: nil for a message that is gone or in the trash, and for one whose mailbox or account is gone.
    public func notice(of messageID: String) async throws -> MessageNotice? {
        try await store.read { reader in
            guard let message = try reader.message(id: messageID), message.folder != .deleted else { return nil }
            return try notice(of: message, reader)
        }
    }

    /// The same of a message that was deleted: its news go to those who had a mail when it came.
    /// - Returns: nil for one that is there, or there again, and for one that has gone for good.
    public func notice(ofDeleted messageID: String) async throws -> MessageNotice? {
        try await store.read { reader in
            let living = try reader.message(id: messageID)
            guard living == nil || living?.folder == .deleted, let message = try living ?? reader.removedMessage(id: messageID)?.message else { return nil }
            return try notice(of: message, reader)
        }
    }

    private func notice(of message: Message, _ reader: any StoreReader) throws -> MessageNotice? {
        guard let mailbox: Mailbox = try reader.find(id: message.mailboxID), let account = try reader.account(id: message.accountID) else { return nil }
        let isUnmeasured = message.lengthMilliseconds == Messages.unmeasuredLength
        return MessageNotice(
            message: message, mailbox: mailbox, owner: try mailbox.owner(reader), account: account,
            zone: try service.mailboxes.timeZone(of: mailbox, account: account, reader),
            isMeasured: try !isUnmeasured || message.audio.map { try reader.blob(id: $0.blobID)?.unmeasured == nil } ?? true)
    }

    /// What becomes of a message that was deleted because its owner was told (K§12-13).
    public enum DeletionAfterNotify: String, Sendable, CaseIterable {
        /// Out of sight of all interfaces, until an administrator brings it back.
        case trash
        /// In the folder for deleted ones, where clients see it.
        case folder
    }

}

extension StoreReader {
    /// Whether a message of a mailbox is filed or deleted once it was told of; not where the mailbox is gone.
    public func actsAfterNotify(mailboxID: String) throws -> Bool {
        guard let mailbox: Mailbox = try find(id: mailboxID, attributes: ["save_after_notify", "delete_after_notify"]) else { return false }
        return mailbox.isSavedAfterNotify || mailbox.isDeletedAfterNotify
    }

    /// The receivers of mail about a new message, one for each delivery; nil for an event of another kind, and where the mailbox is gone.
    public func mailReceivers(ofMessage event: Event) throws -> (mailboxID: String, receivers: [String])? {
        guard event.kind == .messageStored, event.isAnnounced, let mailbox: Mailbox = try find(id: event.mailboxID) else { return nil }
        return (mailbox.id, mailbox.mailReceivers(owner: try mailbox.owner(self)))
    }
}

extension StoreWriter {
    /// Notes how telling a receiver has ended. Once it has for all of them, and one was told, does with the message what its mailbox
    /// says (K§10.6); where it says both, the message is saved.
    /// - Parameter receivers: how many there were.
    public func note(_ notice: Notice, ofMessage id: String, receivers: Int, deleting: Messages.DeletionAfterNotify) throws {
        guard var message = try message(id: id) else { return }
        message.note(notice)
        try update(message)
        guard message.notices.count >= receivers, message.notices.contains(where: { $0.outcome == .sent }), message.folder == .new,
            let mailbox: Mailbox = try find(id: message.mailboxID)
        else { return }
        let change = Change(writer: self, now: notice.at)
        if mailbox.isSavedAfterNotify {
            _ = try change.file(message, in: .saved)
        } else if mailbox.isDeletedAfterNotify {
            switch deleting {
            case .folder: _ = try change.file(message, in: .deleted, because: .afterNotify)
            case .trash: try change.putAway(message, because: .afterNotify)
            }
        }
    }
}
