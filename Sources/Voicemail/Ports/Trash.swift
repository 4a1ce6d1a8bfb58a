/// A message that was removed and can still be brought back.
public struct RemovedMessage: Sendable, Hashable {
    /// As it was, but for its folder.
    public let message: Message
    public let removed: Timestamp

    public init(message: Message, removed: Timestamp) {
        self.message = message
        self.removed = removed
    }

    /// Its place in a listing of the trash.
    public var position: MessagePosition { MessagePosition(timestamp: removed, serial: message.serial) }
}

/// Which removed messages to visit, the last one removed first.
public struct TrashQuery: Sendable, Hashable {
    public var scope: MessageQuery.Scope
    /// The first to visit, by when it was removed; inclusive.
    public var start: MessagePosition?

    public init(scope: MessageQuery.Scope, start: MessagePosition? = nil) {
        self.scope = scope
        self.start = start
    }
}

/// A document that was removed and can still be brought back.
public struct RemovedDocument: Sendable, Hashable {
    public let document: StoredDocument
    public let removed: Timestamp

    public init(document: StoredDocument, removed: Timestamp) {
        self.document = document
        self.removed = removed
    }

    /// Its place in a listing of the trash.
    public var position: MessagePosition { MessagePosition(timestamp: removed, serial: document.serial) }
}

/// A message or a document that was in the trash and is gone for good.
public struct PurgedThing: Sendable, Hashable {
    public let id: String
    public let accountID: String

    public init(id: String, accountID: String) {
        self.id = id
        self.accountID = accountID
    }
}

/// Reading what was removed and has not gone for good.
public protocol TrashReader {
    /// Removed messages, in the order of `ids`; none for those that are there.
    func removedMessages(ids: [String]) throws -> [RemovedMessage]
    /// Visits such messages until `visit` returns false. Memory is constant; what it costs follows how much the trash holds.
    func removedMessages(_ query: TrashQuery, _ visit: (RemovedMessage) throws -> Bool) throws
    /// A removed document; nil for one that is there.
    func removedDocument(id: String) throws -> RemovedDocument?
    /// Visits such documents of a kind, the last removed first, from `start` on, until `visit` returns false. As with messages.
    func removedDocuments(kind: DocumentKind, accountID: String, start: MessagePosition?, _ visit: (RemovedDocument) throws -> Bool) throws
}

/// Bringing back what was removed.
public protocol TrashWriter: TrashReader {
    /// Makes a removed message one of those that are there, as it is given here.
    /// - Throws: `StoreError.failed` for one that was not removed.
    func restore(_ message: Message) throws
    /// Makes a removed document one of those that are there, as it is given here.
    /// - Throws: `StoreError.conflict` when the key is taken, `.failed` for one that was not removed.
    func restore(_ document: StoredDocument) throws
    /// Files the messages of a mailbox that were removed at this time where they are seen again, each as a new revision of `now`.
    /// - Returns: how many.
    func restoreMessages(mailboxID: String, removedAt: Timestamp, to folder: Folder, now: Timestamp) throws -> Int
}

extension TrashReader {
    /// A removed message; nil for one that is there.
    public func removedMessage(id: String) throws -> RemovedMessage? { try removedMessages(ids: [id]).first }
}
