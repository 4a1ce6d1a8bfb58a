/// Removed messages that are still there.
public struct TrashPage: Sendable {
    public let messages: [RemovedMessage]
    /// Where the next page starts; nil on the last one.
    public let next: MessagePosition?
}

extension Messages {
    /// One page of what was removed and has not gone for good, which happens after `Limits.trashDays`.
    public func trash(_ query: TrashQuery, limit: Int, keep: @escaping @Sendable (RemovedMessage) -> Bool = { _ in true }) async throws -> TrashPage {
        try await store.read { reader in
            var messages: [RemovedMessage] = []
            var next: MessagePosition?
            try reader.removedMessages(query) { removed in
                guard keep(removed) else { return true }
                if messages.count == limit {
                    next = removed.position
                    return false
                }
                messages.append(removed)
                return true
            }
            return TrashPage(messages: messages, next: next)
        }
    }

    /// A removed message by its 32 hex digits, whosever it is: for an administrator of the server.
    public func findRemoved(_ id: String) async throws -> RemovedMessage? {
        try await store.read { try $0.removedMessage(id: id) }
    }

    /// Brings a message back, removed or filed under deleted, to the mailbox it was in. It is no news: nobody is told of a new message.
    /// - Throws: `VoicemailError.notFound` for a message that is not there or whose mailbox has gone; `.expired`; `.invalid` for a `folder`
    ///   that is the trash.
    public func restore(_ place: MessagePlace, to folder: Folder, account: Account) async throws -> Message {
        guard folder != .deleted else { throw VoicemailError.invalid([Violation(["folder"], .enumeration([Folder.new.rawValue, Folder.saved.rawValue]))]) }
        let cutoff = service.mailboxes.cutoff(for: account)
        return try await inTransaction(of: account) { change in
            let _: Mailbox = try change.writer.require(place.mailboxID, in: account.id)
            let id = String(place.monthID.dropFirst(7))
            guard var message = try change.writer.removedMessage(id: id)?.message, message.monthID == place.monthID,
                message.mailboxID == place.mailboxID, message.accountID == account.id
            else { return try change.change.file(try change.look.changeable(place, since: cutoff), in: folder) }
            guard message.timestamp >= cutoff else { throw VoicemailError.expired(id: place.monthID, cutoff: cutoff) }
            message.folder = folder
            return try change.change.bringBack(message)
        }
    }
}

extension Change {
    /// Makes a removed message one of those that are there, as a new revision, and says so.
    fileprivate func bringBack(_ removed: Message) throws -> Message {
        var message = removed
        message.revision += 1
        message.modified = now
        try writer.restore(message)
        try writer.audit(.restored, of: message.accountID, [message.id, message.mailboxID], texts: ["number": message.callerNumber], at: now)
        var facts = message.facts
        facts[Event.announced] = .bool(false)
        try writer.append(Event(kind: .messageStored, accountID: message.accountID, subjectID: message.id, payload: facts, created: now))
        return message
    }
}
