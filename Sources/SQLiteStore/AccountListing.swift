import Voicemail

/// The statement of an `AccountQuery`: one of two. Each goes through one index of `account_tree`, which has a row for every
/// account and every account above it, and fetches the documents it names one by one.
enum AccountListing {
    static func sql(of query: AccountQuery) -> String {
        switch query.choice {
        case .all: byName
        case .named: byLookup
        }
    }

    static let byName = text(index: "account_tree_by_name", key: "tree_name", end: "")
    static let byLookup = text(index: "account_tree_by_lookup", key: "tree_lookup", end: " AND tree_lookup < ?4")

    private static func text(index: String, key: String, end: String) -> String {
        """
        SELECT \(DocumentRow.columns) FROM account_tree INDEXED BY \(index) CROSS JOIN document ON id = descendant_id \
        WHERE ancestor_id = ?1 AND (\(key), descendant_id) >= (?2, ?3)\(end) AND removed_at IS NULL ORDER BY \(key), descendant_id
        """
    }

    static func bind(_ query: AccountQuery, to run: inout Execution) {
        switch query.branch {
        // What is right below nothing.
        case .roots: run.bind("")
        case .at(let id): run.bind(id)
        }
        var least = ""
        if case .named(let prefix) = query.choice { least = prefix }
        // No text is below the empty one, and no id.
        let start: ListingPlace = query.start.flatMap { $0.name.utf8.lexicographicallyPrecedes(least.utf8) ? nil : $0 } ?? (least, "")
        run.bind(start.name)
        run.bind(start.id)
        guard case .named = query.choice else { return }
        if let end = end(ofTextsBeginningWith: least) { run.bind(end) } else { run.bindAboveEveryText() }
    }

    /// The least text above every text that begins with `prefix`, nil when there is none. The order of bytes
    /// is the order of scalars in UTF-8.
    static func end(ofTextsBeginningWith prefix: String) -> String? {
        var scalars = Array(prefix.unicodeScalars)
        while let last = scalars.popLast() {
            // Surrogates are no scalars: the one after U+D7FF is U+E000.
            let next = last.value == 0xd7ff ? 0xe000 : last.value + 1
            if let scalar = Unicode.Scalar(next) {
                scalars.append(scalar)
                var end = String.UnicodeScalarView()
                end.append(contentsOf: scalars)
                return String(end)
            }
        }
        return nil
    }
}
