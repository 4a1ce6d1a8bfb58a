import StoredRows
import Voicemail

/// The statements for a `RecordingQuery`.
struct RecordingListing {
    let query: RecordingQuery
    /// Bounds of the serial, where a deep page begins inside the list.
    var serials: ClosedRange<Int>?

    private var hasTime: Bool { query.from != nil || query.to != nil }

    /// Nothing but time is filtered, so that the counters know all about it.
    static func isCounted(_ query: RecordingQuery) -> Bool {
        query.caller == nil && query.callee == nil && query.serials == nil && query.after == nil
    }

    /// All of an account's, by number: a stretch of the index of accounts and numbers, said so that no other index has the order. By the
    /// numbers alone the database would go past those of all accounts until it has found enough.
    private var isWhole: Bool { query.order == .serial && !hasTime && query.caller == nil && query.callee == nil && query.serials == nil }

    private var stretch: SQL {
        let bounds = serials ?? .min ... .max, before = max(bounds.lowerBound - (bounds.lowerBound > .min ? 1 : 0), query.after ?? .min)
        return """
            (account_id, serial) > (\(query.accountID), \(before)) AND (account_id, serial) <= (\(query.accountID), \(bounds.upperBound))
            """
    }

    private var conditions: SQL {
        if isWhole { return stretch }
        var conditions: SQL = "account_id = \(query.accountID)"
        if hasTime { conditions = "\(conditions) AND started >= \(query.from?.unix ?? .min) AND started <= \(query.to?.unix ?? .max)" }
        if let caller = query.caller { conditions = "\(conditions) AND caller_number = \(caller)" }
        if let callee = query.callee { conditions = "\(conditions) AND callee_number = \(callee)" }
        if let serials = query.serials { conditions = "\(conditions) AND serial = ANY(\(serials))" }
        if let after = query.after { conditions = "\(conditions) AND serial > \(after)" }
        if let serials { conditions = "\(conditions) AND serial >= \(serials.lowerBound) AND serial <= \(serials.upperBound)" }
        return conditions
    }

    /// To be limited.
    var rows: SQL {
        let direction = query.ascending ? "ASC" : "DESC"
        let order =
            switch query.order {
            case .time: "started \(direction), serial \(direction)"
            // Not by the index of serials then, which would be read until enough of the time are found.
            case .serial where hasTime || query.serials != nil: "serial + 0 \(direction)"
            case .serial where isWhole: "account_id \(direction), serial \(direction)"
            case .serial: "serial \(direction)"
            }
        return """
            SELECT \(raw: RecordingRow.columns) FROM recording WHERE \(conditions) ORDER BY \(raw: order) OFFSET \(query.offset)
            """
    }

    var count: SQL { "SELECT count(*) FROM recording WHERE \(conditions)" }
}
