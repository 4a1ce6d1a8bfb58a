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
