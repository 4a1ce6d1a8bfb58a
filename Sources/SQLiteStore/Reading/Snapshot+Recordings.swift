import StoredRows
import Voicemail

extension Snapshot {
    func recording(_ key: RecordingKey, accountID: String) throws -> Recording? {
        let column =
            switch key {
            case .id: "id"
            case .serial: "serial"
            case .name: "name"
            case .source: "source"
            case .callRecord: "call_record_id"
            }
        var run = try connection.prepare("SELECT \(RecordingRow.columns) FROM recording WHERE \(column) = ? AND account_id = ?")
        switch key {
        case .id(let text), .name(let text), .source(let text), .callRecord(let text): run.bind(text)
        case .serial(let number): run.bind(number)
        }
        run.bind(accountID)
        return try run.step() ? try RecordingRow.decode(run) : nil
    }

    func recordings(_ query: RecordingQuery, _ visit: (Recording) throws -> Bool) throws {
        guard let listing = try seek(query) else { return }
        var run = try connection.prepare(listing.rowsSQL)
        listing.bindRows(to: &run)
        while try goesOn(run.step()) {
            guard try connection.visit(RecordingRow.decode(run), visit) else { return }
        }
    }

    func recordingCount(_ query: RecordingQuery) throws -> Int {
        guard RecordingListing.isCounted(query) else {
            if let counted = try countByNumber(query) { return counted }
            let listing = RecordingListing(query: query)
            var run = try connection.prepare(listing.countSQL)
            listing.bindCount(to: &run)
            return try run.step() ? run.int(0) : 0
        }
        if query.from == nil, query.to == nil { return try recordingTotals(accountID: query.accountID).count }
        var count = 0
        try days(of: query, ascending: true) { day in
            count += day.count
            return true
        }
        return count
    }

    func recordingTotals(accountID: String) throws -> RecordingTotals {
        var run = try connection.prepare("SELECT count, bytes FROM recording_tally WHERE account_id = ? AND axis = ? AND bucket = 0")
        run.bind(accountID)
        run.bind(RecordingAxis.all.rawValue)
        return try run.step() ? RecordingTotals(count: run.int(0), bytes: run.int(1)) : RecordingTotals(count: 0, bytes: 0)
    }

    /// One number and nothing else has a counter of its own.
    private func countByNumber(_ query: RecordingQuery) throws -> Int? {
        guard query.from == nil, query.to == nil, query.serials == nil, query.after == nil else { return nil }
        let axis: RecordingAxis
        let number: String
        switch (query.caller, query.callee) {
        case (let caller?, nil): (axis, number) = (.caller, caller)
        case (nil, let callee?): (axis, number) = (.callee, callee)
        default: return nil
        }
        var run = try connection.prepare("SELECT count FROM recording_tally WHERE account_id = ? AND axis = ? AND bucket = ?")
        run.bind(query.accountID)
        run.bind(axis.rawValue)
        run.bind(number)
        return try run.step() ? run.int(0) : 0
    }

    // MARK: Deep pages

    /// The query with its offset reduced to less than one counter's rows; nil when nothing is left of the list.
    private func seek(_ query: RecordingQuery) throws -> RecordingListing? {
        var query = query
        guard RecordingListing.isCounted(query) else { return RecordingListing(query: query) }
        let isTimed = query.from != nil || query.to != nil
        if isTimed, try recordingCount(query) == recordingTotals(accountID: query.accountID).count {
            // Bounds that hold everything bound nothing; the index of serials needs no sorting then.
            query.from = nil
            query.to = nil
        }
        switch query.order {
        case .time: return try seekDay(query)
        case .serial where query.from == nil && query.to == nil: return try seekBlock(query)
        case .serial: return RecordingListing(query: query)
        }
    }

    private func seekDay(_ query: RecordingQuery) throws -> RecordingListing? {
        guard query.offset > 0 else { return RecordingListing(query: query) }
        var page = DeepPage(query), isFound = false
        try days(of: query, ascending: query.ascending) { day in
            isFound = !page.passes(day)
            return !isFound
        }
        return isFound ? RecordingListing(query: page.query) : nil
    }

    private func seekBlock(_ query: RecordingQuery) throws -> RecordingListing? {
        guard query.offset > 0 else { return RecordingListing(query: query) }
        var run = try connection.prepare(
            """
            SELECT bucket, count FROM recording_tally WHERE account_id = ? AND axis = ? ORDER BY bucket \(query.ascending ? "ASC" : "DESC")
            """)
        run.bind(query.accountID)
        run.bind(RecordingAxis.block.rawValue)
        var page = DeepPage(query)
        while try run.step() {
            if let serials = page.serials(from: run.int(0), of: run.int(1)) { return RecordingListing(query: page.query, serials: serials) }
        }
        return nil
    }

    func recordingDays(accountID: String, from: Timestamp, to: Timestamp, ascending: Bool, _ visit: (CountedDay) throws -> Bool) throws {
        try days(of: RecordingQuery(accountID: accountID, from: from, to: to), ascending: ascending, visit)
    }

    /// The days of a query and how many of its recordings each has: counted, where the query cuts a day, else kept.
    private func days(of query: RecordingQuery, ascending: Bool, _ visit: (CountedDay) throws -> Bool) throws {
        let from = query.from?.unix ?? Int.min, to = query.to?.unix ?? Int.max
        guard from <= to else { return }
        var run = try connection.prepare(
            """
            SELECT bucket, count FROM recording_tally WHERE account_id = ? AND axis = ? AND bucket >= ? AND bucket <= ?
            ORDER BY bucket \(ascending ? "ASC" : "DESC")
            """)
        run.bind(query.accountID)
        run.bind(RecordingAxis.day.rawValue)
        run.bind(query.from.map(CountedDay.number) ?? Int.min)
        run.bind(query.to.map(CountedDay.number) ?? Int.max)
        while try run.step() {
            let whole = CountedDay(day: run.int(0), count: run.int(1))
            let first = whole.first.unix, last = whole.last.unix
            let isWhole = from <= first && last <= to
            let count = isWhole ? whole.count : try count(accountID: query.accountID, from: max(from, first), to: min(to, last))
            guard try connection.visit(CountedDay(day: whole.day, count: count), visit) else { return }
        }
    }

    private func count(accountID: String, from: Int, to: Int) throws -> Int {
        var run = try connection.prepare(
            """
            SELECT count(*) FROM recording INDEXED BY recording_by_time WHERE account_id = ? AND started >= ? AND started <= ?
            """)
        run.bind(accountID)
        run.bind(from)
        run.bind(to)
        return try run.step() ? run.int(0) : 0
    }
}
