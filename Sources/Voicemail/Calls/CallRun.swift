import OrderedCollections

/// How far the calls of an account have been gone through: recordings and messages, each in order of time, on their way to become one listing.
struct CallRun: Sendable {
    private let query: CallRecordQuery
    /// Of either kind, read in one go.
    private let together: Int
    private var recordings: Upcoming<CallRecord>
    private var messages: Upcoming<CallRecord>
    private var offset = 0
    private var start: MessagePosition?

    init(_ query: CallRecordQuery, together: Int) {
        self.query = query
        self.together = together
        recordings = Upcoming(isComplete: !query.kinds.contains(.recording))
        messages = Upcoming(isComplete: !query.kinds.contains(.message))
    }

    /// Reads on.
    /// - Returns: the calls that come next, which may be none yet; nil behind the last one.
    mutating func next(_ look: AccountLook) throws -> [CallRecord]? {
        if recordings.isOver, messages.isOver { return nil }
        if recordings.wantsMore { try takeRecordings(look) }
        if messages.wantsMore { try takeMessages(look) }
        return Upcoming.merge(&recordings, &messages) { query.ascending ? $0.started <= $1.started : $0.started > $1.started }
    }

    private mutating func takeRecordings(_ look: AccountLook) throws {
        let page = RecordingQuery(
            accountID: look.account.id, from: query.from, to: query.to, caller: query.caller, callee: query.callee, order: .time,
            ascending: query.ascending, offset: offset, limit: together)
        var found: [CallRecord] = []
        try look.reader.recordings(page) {
            found.append(.recording($0))
            return true
        }
        offset += found.count
        recordings.take(found, isLast: found.count < together)
    }

    private mutating func takeMessages(_ look: AccountLook) throws {
        var scope = MessageQuery.Scope.account(look.account.id)
        if let callee = query.callee {
            guard let called = try look.reader.mailbox(number: callee, in: look.account.id), called.number == callee else {
                return messages.take([], isLast: true)
            }
            scope = .mailbox(called.id)
        }
        let caller = query.caller
        let page = try look.reader.page(
            MessageListing(
                query: MessageQuery(scope: scope, from: query.from, to: query.to, start: start, ascending: query.ascending), limit: together,
                keep: { $0.folder != .deleted && (caller == nil || $0.callerNumber == caller) }))
        start = page.next
        messages.take(try look.calls(of: page.messages), isLast: page.next == nil)
    }
}

extension AccountLook {
    fileprivate func calls(of messages: [Message]) throws -> [CallRecord] {
        let boxes = try reader.find(
            Mailbox.self, ids: Array(OrderedSet(messages.map(\.mailboxID))), in: account.id, attributes: MailboxEntry.attributes)
        let called = Dictionary(boxes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let directions = try reader.directions(ofCallsFrom: messages.map(\.callerNumber), to: account.id)
        return messages.map { message in
            let box = called[message.mailboxID]
            return .message(
                message, mailboxNumber: box?.number ?? "", mailboxName: box?.name ?? "", direction: directions[message.callerNumber] ?? .inbound)
        }
    }
}

/// One of two ordered listings on their way to become one.
private struct Upcoming<Element: Sendable>: Sendable {
    private var waiting: ArraySlice<Element> = []
    private var isComplete: Bool

    init(isComplete: Bool) { self.isComplete = isComplete }

    /// Whether what comes next is not known.
    var wantsMore: Bool { waiting.isEmpty && !isComplete }
    var isOver: Bool { waiting.isEmpty && isComplete }

    mutating func take(_ page: [Element], isLast: Bool) {
        waiting += page
        isComplete = isLast
    }

    /// Takes from both, in order, as far as both are known.
    static func merge(_ left: inout Self, _ right: inout Self, _ isOrdered: (Element, Element) -> Bool) -> [Element] {
        var merged: [Element] = []
        while !left.wantsMore, !right.wantsMore {
            switch (left.waiting.first, right.waiting.first) {
            case (let one?, let other?):
                if isOrdered(one, other) {
                    merged.append(one)
                    left.waiting.removeFirst()
                } else {
                    merged.append(other)
                    right.waiting.removeFirst()
                }
            case (let one?, nil):
                merged.append(one)
                left.waiting.removeFirst()
            case (nil, let other?):
                merged.append(other)
                right.waiting.removeFirst()
            case (nil, nil): return merged
            }
        }
        return merged
    }
}
