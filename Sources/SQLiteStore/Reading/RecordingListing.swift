import StoredRows
import Voicemail

/// The statement for a `RecordingQuery`: one of a fixed set, each on the index that reads least.
struct RecordingListing {
    let query: RecordingQuery
    /// Bounds of the serial, where a deep page begins inside the list.
    var serials: ClosedRange<Int> = 0...Int.max

    private var hasTime: Bool { query.from != nil || query.to != nil }

    /// Nothing but time is filtered, so that the counters know all about it.
    static func isCounted(_ query: RecordingQuery) -> Bool {
        query.caller == nil && query.callee == nil && query.serials == nil && query.after == nil
    }

    private var index: String {
        if query.serials != nil { return "NOT INDEXED" }
        let isTimed = hasTime || query.order == .time
        if query.caller != nil { return "INDEXED BY recording_by_caller" + (isTimed ? "_time" : "") }
        if query.callee != nil { return "INDEXED BY recording_by_callee" + (isTimed ? "_time" : "") }
        return "INDEXED BY recording_by_" + (isTimed ? "time" : "account")
    }

    private var condition: String {
        "account_id = ?1"
            + (hasTime ? " AND started >= ?2 AND started <= ?3" : "")
            + (query.caller == nil ? "" : " AND caller_number = ?4")
            + (query.callee == nil ? "" : " AND callee_number = ?5")
            + (query.serials == nil ? "" : " AND serial IN (SELECT value FROM json_each(?6))")
            + (query.after == nil ? "" : " AND serial > ?7")
    }

    private func bindFilters(to run: inout Execution) {
        run.bind(query.accountID)
        run.bind(query.from?.unix ?? Int.min)
        run.bind(query.to?.unix ?? Int.max)
        run.bind(query.caller)
        run.bind(query.callee)
        run.bind(JSON.array((query.serials ?? []).map { .int($0) }).encoded)
        run.bind(query.after)
    }

    // MARK: Rows

    var rowsSQL: String {
        let direction = query.ascending ? "ASC" : "DESC"
        let page = "LIMIT ?8 OFFSET ?9"
        switch query.order {
        case .time:
            return "SELECT \(RecordingRow.columns) FROM recording \(index) WHERE \(condition) ORDER BY started \(direction), serial \(direction) \(page)"
        case .serial where hasTime && query.serials == nil:
            // The index is in order of time: only the serials are sorted, and only the page's rows are read.
            return "SELECT \(RecordingRow.columns) FROM recording WHERE serial IN"
                + " (SELECT serial FROM recording \(index) WHERE \(condition) ORDER BY serial \(direction) \(page)) ORDER BY serial \(direction)"
        case .serial:
            return "SELECT \(RecordingRow.columns) FROM recording \(index)"
                + " WHERE \(condition) AND serial >= ?10 AND serial <= ?11 ORDER BY serial \(direction) \(page)"
        }
    }

    func bindRows(to run: inout Execution) {
        bindFilters(to: &run)
        run.bind(query.limit ?? -1)
        run.bind(query.offset)
        guard query.order == .serial, !(hasTime && query.serials == nil) else { return }
        run.bind(serials.lowerBound)
        run.bind(serials.upperBound)
    }

    // MARK: Count

    var countSQL: String { "SELECT count(*) FROM recording \(index) WHERE \(condition)" }

    func bindCount(to run: inout Execution) {
        // The highest parameter of the statement is the last one that may be bound.
        run.bind(query.accountID)
        guard hasTime || query.caller != nil || query.callee != nil || query.serials != nil || query.after != nil else { return }
        run.bind(query.from?.unix ?? Int.min)
        run.bind(query.to?.unix ?? Int.max)
        guard query.caller != nil || query.callee != nil || query.serials != nil || query.after != nil else { return }
        run.bind(query.caller)
        guard query.callee != nil || query.serials != nil || query.after != nil else { return }
        run.bind(query.callee)
        guard query.serials != nil || query.after != nil else { return }
        run.bind(JSON.array((query.serials ?? []).map { .int($0) }).encoded)
        if let after = query.after { run.bind(after) }
    }
}
