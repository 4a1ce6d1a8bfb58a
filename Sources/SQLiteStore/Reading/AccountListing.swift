import StoredRows
import Voicemail

/// The statement of an `AccountQuery`: one of four. Each goes through one index of `account_tree`, which has a row for every
/// account and every account above it, and fetches the documents it names one by one.
enum AccountListing {
    static func sql(of query: AccountQuery) -> String {
        switch query.choice {
        case .all: query.ascending ? byName : byNameDescending
        case .named: query.ascending ? byLookup : byLookupDescending
        }
    }

    static let byName = text(index: "account_tree_by_name", key: "tree_name")
    static let byLookup = text(index: "account_tree_by_lookup", key: "tree_lookup", other: " AND tree_lookup < ?4")
    static let byNameDescending = text(index: "account_tree_by_name", key: "tree_name", ascending: false)
    static let byLookupDescending = text(
        index: "account_tree_by_lookup", key: "tree_lookup", ascending: false, other: " AND tree_lookup >= ?4")

    /// - Parameter other: the end that the listing does not start at.
    private static func text(index: String, key: String, ascending: Bool = true, other: String = "") -> String {
        let order = ascending ? "ASC" : "DESC"
        return """
            SELECT \(DocumentRow.columns) FROM account_tree INDEXED BY \(index) CROSS JOIN document ON id = descendant_id \
            WHERE ancestor_id = ?1 AND (\(key), descendant_id) \(ascending ? ">=" : "<=") (?2, ?3)\(other) AND removed_at IS NULL \
            ORDER BY \(key) \(order), descendant_id \(order)
            """
    }

    static func bind(_ query: AccountQuery, to run: inout Execution) {
        switch query.branch {
        // Top-level accounts have an empty parent.
        case .roots: run.bind("")
        case .at(let id): run.bind(id)
        }
        // No text is below the empty one, and no id.
        var least = "", end: String?
        if case .named(let prefix) = query.choice { (least, end) = (prefix, TextRange.end(ofTextsBeginningWith: prefix)) }
        if query.ascending {
            let start: ListingPlace = query.start.flatMap { TextRange.isBelow($0.name, least) ? nil : $0 } ?? (least, "")
            run.bind(start.name)
            run.bind(start.id)
        } else if let start = query.start, end.map({ TextRange.isBelow(start.name, $0) }) ?? true {
            run.bind(start.name)
            run.bind(start.id)
        } else {
            bind(end: end, to: &run)
            run.bind("")
        }
        guard case .named = query.choice else { return }
        if query.ascending { bind(end: end, to: &run) } else { run.bind(least) }
    }

    private static func bind(end: String?, to run: inout Execution) {
        if let end { run.bind(end) } else { run.bindAboveEveryText() }
    }
}
