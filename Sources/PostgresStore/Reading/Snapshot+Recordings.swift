import StoredRows
import Voicemail

extension Snapshot {
    func recording(_ key: RecordingKey, accountID: String) throws -> Recording? {
        let named: SQL =
            switch key {
            case .id(let text): "id = \(text)"
            case .serial(let number): "serial = \(number)"
            case .name(let text): "name = \(text)"
            case .source(let text): "source IS NOT NULL AND source = \(text)"
            case .callRecord(let text): "call_record_id = \(text)"
            }
        return try first("SELECT \(raw: RecordingRow.columns) FROM recording WHERE \(named) AND account_id = \(accountID)")
            .map { try RecordingRow.decode($0) }
    }

    func recordings(_ query: RecordingQuery, _ visit: (Recording) throws -> Bool) throws {
        guard let listing = try seek(query) else { return }
        try self.visit(listing.rows, most: listing.query.limit) { try visit(RecordingRow.decode($0)) }
    }

    func recordingCount(_ query: RecordingQuery) throws -> Int {
        guard RecordingListing.isCounted(query) else {
            if let counted = try countByNumber(query) { return counted }
            return try first(RecordingListing(query: query).count)?.int(0) ?? 0
        }
        if query.from == nil, query.to == nil { return try recordingTotals(accountID: query.accountID).count }
        return try days(of: query, ascending: true).reduce(0) { $0 + $1.count }
    }

    func recordingTotals(accountID: String) throws -> RecordingTotals {
        let row = try first(
            """
            SELECT coalesce(sum(count), 0)::bigint, coalesce(sum(bytes), 0)::bigint FROM recording_tally
            WHERE account_id = \(accountID) AND axis = \(RecordingAxis.all.rawValue)
            """)
        return row.map { RecordingTotals(count: $0.int(0), bytes: $0.int(1)) } ?? RecordingTotals(count: 0, bytes: 0)
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
        return try first(
            """
            SELECT coalesce(sum(count), 0)::bigint FROM recording_tally
            WHERE account_id = \(query.accountID) AND axis = \(axis.rawValue) AND bucket = 0 AND number = \(number)
            """)?.int(0) ?? 0
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
        guard query.offset > 0 else { return RecordingListing(query: query) }
        switch query.order {
        case .time: return try seekDay(query)
        case .serial where query.from == nil && query.to == nil: return try seekBlock(query)
        case .serial: return RecordingListing(query: query)
        }
    }

    private func seekDay(_ query: RecordingQuery) throws -> RecordingListing? {
        var page = DeepPage(query)
        for day in try days(of: query, ascending: query.ascending) where !page.passes(day) { return RecordingListing(query: page.query) }
        return nil
    }

    private func seekBlock(_ query: RecordingQuery) throws -> RecordingListing? {
        var page = DeepPage(query)
        for (block, count) in try counts(query.accountID, .block, from: .min, to: .max, ascending: query.ascending) {
            if let serials = page.serials(from: block, of: count) { return RecordingListing(query: page.query, serials: serials) }
        }
        return nil
    }

    func recordingDays(accountID: String, from: Timestamp, to: Timestamp, ascending: Bool, _ visit: (CountedDay) throws -> Bool) throws {
        for day in try days(of: RecordingQuery(accountID: accountID, from: from, to: to), ascending: ascending) {
            guard try session.show(day, visit) else { return }
        }
    }

    /// The days of a query and how many of its recordings each has: counted, where the query cuts a day, else kept.
    private func days(of query: RecordingQuery, ascending: Bool) throws -> [CountedDay] {
        let from = query.from?.unix ?? Int.min, to = query.to?.unix ?? Int.max
        guard from <= to else { return [] }
        return try counts(
            query.accountID, .day, from: query.from.map(CountedDay.number) ?? .min, to: query.to.map(CountedDay.number) ?? .max, ascending: ascending
        ).map { day, count in
            let whole = CountedDay(day: day, count: count)
            let first = whole.first.unix, last = whole.last.unix
            if from <= first, last <= to { return whole }
            return CountedDay(day: day, count: try self.count(accountID: query.accountID, from: max(from, first), to: min(to, last)))
        }
    }

    private func counts(_ accountID: String, _ axis: RecordingAxis, from: Int, to: Int, ascending: Bool) throws -> [(bucket: Int, count: Int)] {
        try rows(
            """
            SELECT bucket, sum(count)::bigint FROM recording_tally
            WHERE account_id = \(accountID) AND axis = \(axis.rawValue) AND bucket >= \(from) AND bucket <= \(to)
            GROUP BY bucket HAVING sum(count) <> 0 ORDER BY bucket \(raw: ascending ? "ASC" : "DESC")
            """
        ).map { ($0.int(0), $0.int(1)) }
    }

    private func count(accountID: String, from: Int, to: Int) throws -> Int {
        try first("SELECT count(*) FROM recording WHERE account_id = \(accountID) AND started >= \(from) AND started <= \(to)")?.int(0) ?? 0
    }
}
