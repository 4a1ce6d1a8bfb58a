/// A mailbox that was removed and can be brought back.
public struct RemovedMailbox: Sendable {
    public let mailbox: Mailbox
    public let removed: Timestamp
    let position: MessagePosition
}

extension Mailboxes {
    /// Mailboxes of an account that were removed and have not gone for good, which happens after `Limits.trashDays`: the last removed first, after the
    /// given one, at most `limit`.
    public func trash(of account: Account, after passed: RemovedMailbox? = nil, limit: Int) async throws -> [RemovedMailbox] {
        try await store.read { reader in
            var found: [RemovedMailbox] = []
            guard limit > 0 else { return found }
            try reader.removedDocuments(kind: .mailbox, accountID: account.id, start: passed?.position) { removed in
                if let mailbox = Mailbox(removed.document), mailbox.id != passed?.mailbox.id {
                    found.append(RemovedMailbox(mailbox: mailbox, removed: removed.removed, position: removed.position))
                }
                return found.count < limit
            }
            return found
        }
    }

    /// A removed mailbox.
    /// - Throws: `VoicemailError.notFound`.
    public func findRemoved(_ id: String, of account: Account) async throws -> RemovedMailbox {
        guard let removed = try await store.read({ try $0.removedDocument(id: id) }), let mailbox = Mailbox(removed.document), mailbox.accountID == account.id
        else { throw VoicemailError.notFound(id: id) }
        return RemovedMailbox(mailbox: mailbox, removed: removed.removed, position: removed.position)
    }

    /// Brings a mailbox back, with the greetings and the messages that went with it. These are no news: nobody is told of a new message.
    /// - Parameters:
    ///   - number: another one, where somebody has its own by now.
    ///   - folder: where its messages are filed; which were new is not known any more.
    /// - Returns: the mailbox, and how many messages came back.
    /// - Throws: `VoicemailError.notFound`; `.invalid` for a number that is taken or none, and for a `folder` that is the trash.
    public func restore(_ id: String, number: String? = nil, to folder: Folder = .saved, in account: Account) async throws -> (mailbox: Mailbox, messages: Int)
    {
        guard folder != .deleted else { throw VoicemailError.invalid([Violation(["folder"], .enumeration([Folder.new.rawValue, Folder.saved.rawValue]))]) }
        let limits = limits, secrets = secrets
        return try await inTransaction(of: account) { change in
            let writer = change.writer
            guard let removed = try writer.removedDocument(id: id), var mailbox = Mailbox(removed.document), mailbox.accountID == account.id
            else { throw VoicemailError.notFound(id: id) }
            var violations: [Violation] = []
            if let number {
                let checked: JSONObject
                (checked, violations) = try mailbox.applying(.patch(["mailbox": .string(number)]), limits, pin: mailbox.pin(secrets))
                mailbox.describe(checked, at: change.now)
            }
            try writer.refuse(violations, orTakenNumberOf: mailbox)
            let restored = try writer.bringBack(mailbox, at: change.now)
            try change.change.bringBackGreetings(of: mailbox, removedAt: removed)
            let messages = try writer.restoreMessages(mailboxID: id, removedAt: removed.removed, to: folder, now: change.now)
            try writer.audit(.restored, of: account.id, [id], ["messages": .int(messages)], at: change.now)
            return (restored, messages)
        }
    }
}

extension Change {
    /// Brings back the greetings that were removed with a mailbox.
    fileprivate func bringBackGreetings(of mailbox: Mailbox, removedAt removed: RemovedDocument) throws {
        var greetings: [Greeting] = []
        // All that went at one time are together, whatever the order of their numbers.
        let first = MessagePosition(timestamp: removed.removed, serial: .max)
        try writer.removedDocuments(kind: Greeting.kind, accountID: mailbox.accountID, start: first) { other in
            guard other.removed == removed.removed else { return false }
            if other.document.ownerID == mailbox.id, let greeting = Greeting(other.document) { greetings.append(greeting) }
            return true
        }
        for greeting in greetings { _ = try writer.bringBack(greeting, at: now) }
    }
}
