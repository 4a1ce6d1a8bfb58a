/// A stretch of the messages of one of several mailboxes, in order of position.
public struct MailboxStretch: Sendable {
    public let mailbox: MailboxEntry
    public let items: [PositionedMessage]
    /// Whether these are the first of the mailbox.
    public var isFirst: Bool { items.first?.position == 0 }
}

extension Messages {
    /// A page of each of the chosen mailboxes that hold messages; what is gone is left out.
    /// - Parameters:
    ///   - offset: from where on, in each of them.
    ///   - limit: messages of each.
    public func positioned(
        of choice: MailboxChoice, in account: Account, offset: Int, limit: Int
    ) async throws -> GradualList<PositionedMailbox> {
        try await gradualList(of: choice, in: account) { entries in
            PositionedPages(offset: offset, limit: limit).reading(entries.map(\.id)[...])
        }
    }

    /// All messages of the chosen mailboxes, one after the other; a mailbox without any is none of the list. Each reading is a snapshot of its own: a message
    /// that goes meanwhile is left out, and the positions after it stay those of the beginning.
    /// - Parameter together: messages that are held at once.
    public func positioned(of choice: MailboxChoice, in account: Account, together: Int = 500) async throws -> GradualList<MailboxStretch> {
        try await gradualList(of: choice, in: account) { MailboxSweep(entries: $0[...], together: together).reading() }
    }
}

/// How far several mailboxes have been gone through.
private struct MailboxSweep: Sendable {
    /// Mailboxes looked at together for whether they have messages.
    private static let group = 500

    /// Those that nothing was looked at of.
    private var entries: ArraySlice<MailboxEntry>
    /// Those in turn, which have messages, or had some.
    private var turn: ArraySlice<MailboxEntry> = []
    /// Where the first of them goes on, and the position of what comes next there.
    private var start: MessagePosition?
    private var position = 0
    private let together: Int

    init(entries: ArraySlice<MailboxEntry>, together: Int) {
        self.entries = entries
        self.together = together
    }

    /// Reads on, until as many messages as are held at once were found or one group of mailboxes was looked at.
    func reading() -> ListPart<MailboxStretch>.Reading {
        { look in
            var sweep = self
            let items = try sweep.advance(look.reader)
            return ListPart(items: items, next: sweep.isOver ? nil : sweep.reading())
        }
    }

    private var isOver: Bool { entries.isEmpty && turn.isEmpty }

    private mutating func advance(_ reader: any StoreReader) throws -> [MailboxStretch] {
        if turn.isEmpty {
            let group = Array(entries.prefix(Self.group))
            entries = entries.dropFirst(Self.group)
            turn = zip(group, try reader.visibleTallies(group.map(\.id))).filter { $1.total > 0 }.map(\.0)[...]
        }
        var found: [MailboxStretch] = []
        var left = together
        while left > 0, let mailbox = turn.first {
            let query = MessageQuery(scope: .mailbox(mailbox.id), start: start, ascending: true)
            let page = try reader.page(MessageListing(query: query, limit: left, keep: { $0.folder != .deleted }))
            let first = position
            let items = page.messages.enumerated().map { PositionedMessage(position: first + $0.offset, message: $0.element) }
            if !items.isEmpty { found.append(MailboxStretch(mailbox: mailbox, items: items)) }
            left -= items.count
            start = page.next
            position = start == nil ? 0 : position + items.count
            if start == nil { turn.removeFirst() }
        }
        return found
    }
}
