import OrderedCollections

/// One page of calls and how many there are in all.
public struct CallRecordPage: Sendable {
    public let records: [CallRecord]
    public let total: Int
}

extension CallRecords {
    /// Calls of an account that began from `first` to `last`, both inclusive, in order of time: `limit` of them after the first `offset`.
    /// What lies before the page costs nothing but a look at how many there were on each day.
    /// - Parameter kinds: what the calls must have left.
    public func list(
        of account: Account, from first: Timestamp, to last: Timestamp, kinds: Set<CallRecord.Kind>, ascending: Bool, offset: Int, limit: Int
    ) async throws -> CallRecordPage {
        let days = try await store.read { reader in
            var days: [Int: Int] = [:]
            func add(_ day: CountedDay) -> Bool {
                days[day.day, default: 0] += day.count
                return true
            }
            if kinds.contains(.recording) { try reader.recordingDays(accountID: account.id, from: first, to: last, ascending: ascending, add) }
            if kinds.contains(.message) { try reader.visibleDays(accountID: account.id, from: first, to: last, ascending: ascending, add) }
            return days.map { CountedDay(day: $0.key, count: $0.value) }
        }
        let total = days.reduce(0) { $0 + $1.count }
        guard limit > 0, let place = CountedDay.place(of: offset, in: days, ascending: ascending) else { return CallRecordPage(records: [], total: total) }
        var records: [CallRecord] = []
        var before = place.before
        try await forEach(
            of: account, from: ascending ? max(first, place.day.first) : first, to: ascending ? last : min(last, place.day.last), kinds: kinds,
            ascending: ascending
        ) { page in
            let passed = min(before, page.count)
            before -= passed
            records += page.dropFirst(passed).prefix(limit - records.count)
            return records.count < limit
        }
        return CallRecordPage(records: records, total: total)
    }

    /// Visits the calls of an account that began from `first` to `last`, both inclusive, in order of time, `pageSize` at a time and
    /// until `visit` returns false. Messages in the trash are left out. Memory does not grow with the number of calls.
    /// - Parameters:
    ///   - caller: the number that calls must come from. Of recordings only such are read; messages are all looked at.
    ///   - callee: the number that calls must go to. Only such are read.
    public func forEach(
        of account: Account, from first: Timestamp, to last: Timestamp, kinds: Set<CallRecord.Kind> = Set(CallRecord.Kind.allCases),
        caller: String? = nil, callee: String? = nil, ascending: Bool = true, pageSize: Int = 500,
        _ visit: ([CallRecord]) async throws -> Bool
    ) async throws {
        var recordings = Upcoming<CallRecord>(isComplete: !kinds.contains(.recording))
        var messages = Upcoming<CallRecord>(isComplete: !kinds.contains(.message))
        var scope = MessageQuery.Scope.account(account.id)
        if let callee {
            let called = try await service.mailboxes.find(number: callee, of: account).flatMap { $0.number == callee ? $0 : nil }
            if let called { scope = .mailbox(called.id) } else { messages.take([], isLast: true) }
        }
        var offset = 0
        var start: MessagePosition?
        while true {
            if recordings.wantsMore {
                let query = RecordingQuery(
                    accountID: account.id, from: first, to: last, caller: caller, callee: callee, order: .time, ascending: ascending, offset: offset,
                    limit: pageSize)
                let page = try await list(query)
                offset += page.count
                recordings.take(page.map { .recording($0) }, isLast: page.count < pageSize)
            }
            if messages.wantsMore {
                let query = MessageQuery(scope: scope, from: first, to: last, start: start, ascending: ascending)
                let page = try await service.messages.list(
                    MessageListing(
                        query: query, limit: pageSize,
                        keep: { message in
                            message.folder != .deleted && (caller == nil || message.callerNumber == caller)
                        }))
                start = page.next
                messages.take(try await list(of: page.messages, account), isLast: page.next == nil)
            }
            let merged = Upcoming.merge(&recordings, &messages) { ascending ? $0.started <= $1.started : $0.started > $1.started }
            if !merged.isEmpty, !(try await visit(merged)) { return }
            if recordings.isOver, messages.isOver { return }
        }
    }

    private func list(_ query: RecordingQuery) async throws -> [Recording] {
        try await store.read { reader in
            var found: [Recording] = []
            try reader.recordings(query) {
                found.append($0)
                return true
            }
            return found
        }
    }

    private func list(of messages: [Message], _ account: Account) async throws -> [CallRecord] {
        try await store.read { reader in
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
}

extension StoreReader {
    /// Which way the calls of messages went, by their callers' numbers: within, when the caller has a mailbox in the account too.
    func directions(ofCallsFrom numbers: [String], to accountID: String) throws -> [String: CallDirection] {
        let within = try mailboxes(numbers: numbers, in: accountID, attributes: [])
        var directions: [String: CallDirection] = [:]
        for number in numbers { directions[number] = within[MailboxNumber.comparable(number)] == nil ? .inbound : .within }
        return directions
    }
}

/// One of two ordered listings on their way to become one.
private struct Upcoming<Element> {
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
