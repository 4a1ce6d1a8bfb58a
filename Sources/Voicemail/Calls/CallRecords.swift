/// One page of calls and how many there are in all.
public struct CallRecordPage: Sendable {
    public let records: [CallRecord]
    public let total: Int
}

/// Which calls of an account are meant, and in what order of time.
public struct CallRecordQuery: Sendable {
    /// Both inclusive.
    public var from: Timestamp
    public var to: Timestamp
    /// What the calls must have left.
    public var kinds: Set<CallRecord.Kind>
    public var ascending: Bool
    /// The number that calls must come from. Of recordings only such are read; messages are all looked at.
    public var caller: String?
    /// The number that calls must go to. Only such are read.
    public var callee: String?

    public init(
        from: Timestamp, to: Timestamp, kinds: Set<CallRecord.Kind> = Set(CallRecord.Kind.allCases), ascending: Bool = true,
        caller: String? = nil, callee: String? = nil
    ) {
        self.from = from
        self.to = to
        self.kinds = kinds
        self.ascending = ascending
        self.caller = caller
        self.callee = callee
    }
}

extension CallRecords {
    /// Calls of an account in order of time: `limit` of them after the first `offset`, from one reading.
    /// What lies before the page costs nothing but a look at how many there were on each day.
    /// - Parameter query: without a caller and a callee, since calls are counted as they were kept.
    public func list(_ query: CallRecordQuery, of account: Account, offset: Int, limit: Int) async throws -> CallRecordPage {
        try await look(in: account) { look in
            let days = try look.days(query)
            let total = days.reduce(0) { $0 + $1.count }
            var page: [CallRecord] = []
            guard limit > 0, let place = CountedDay.place(of: offset, in: days, ascending: query.ascending) else {
                return CallRecordPage(records: page, total: total)
            }
            var rest = query
            if query.ascending { rest.from = max(query.from, place.day.first) } else { rest.to = min(query.to, place.day.last) }
            var before = place.before
            var run = CallRun(rest, together: min(before + min(limit, Self.together), Self.together))
            while page.count < limit, let records = try run.next(look) {
                let passed = min(before, records.count)
                before -= passed
                page += records.dropFirst(passed).prefix(limit - page.count)
            }
            return CallRecordPage(records: page, total: total)
        }
    }

    /// Calls that are read in one go.
    public static let together = 500

    /// Visits the calls of an account in order of time, some at a time and until `visit` returns false. Messages in the trash are left out.
    /// Memory does not grow with the number of calls.
    public func forEach(
        _ query: CallRecordQuery, of account: Account, together: Int = together, _ visit: ([CallRecord]) async throws -> Bool
    ) async throws {
        var run = CallRun(query, together: together)
        while true {
            let start = run
            let (page, next) = try await look(in: account) { look in
                var run = start
                return (try run.next(look), run)
            }
            guard let page else { return }
            run = next
            if !page.isEmpty, !(try await visit(page)) { return }
        }
    }
}

extension AccountLook {
    /// On which days there were calls, and how many.
    fileprivate func days(_ query: CallRecordQuery) throws -> [CountedDay] {
        var days: [Int: Int] = [:]
        func add(_ day: CountedDay) -> Bool {
            days[day.day, default: 0] += day.count
            return true
        }
        if query.kinds.contains(.recording) {
            try reader.recordingDays(accountID: account.id, from: query.from, to: query.to, ascending: query.ascending, add)
        }
        if query.kinds.contains(.message) {
            try reader.visibleDays(accountID: account.id, from: query.from, to: query.to, ascending: query.ascending, add)
        }
        return days.map { CountedDay(day: $0.key, count: $0.value) }
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
