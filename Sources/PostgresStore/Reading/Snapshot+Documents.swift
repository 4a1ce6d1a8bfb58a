import StoredRows
import Voicemail

extension Snapshot {
    private static let columns = DocumentRow.columns
    private static let byID = "SELECT \(columns) FROM document WHERE id = ? AND \(isThere)"

    func document(id: String, attributes: Set<String>?) throws -> StoredDocument? {
        if let read = session.progress.document(id) { return read?.reading(attributes) }
        return try first(SQL(Self.byID) { $0.bind(id) }).map { try DocumentRow.decode($0, attributes: attributes) }
    }

    func document(serial: Int, attributes: Set<String>?) throws -> StoredDocument? {
        try first("SELECT \(raw: Self.columns) FROM document WHERE serial = \(serial) AND \(raw: Self.isThere)")
            .map { try DocumentRow.decode($0, attributes: attributes) }
    }

    func document(kind: DocumentKind, scope: String, key: String, attributes: Set<String>?) throws -> StoredDocument? {
        try first(
            """
            SELECT \(raw: Self.columns) FROM document
            WHERE kind = \(kind.rawValue) AND scope = \(scope) AND key = \(key) AND removed_at IS NULL AND key IS NOT NULL
            """
        ).map { try DocumentRow.decode($0, attributes: attributes) }
    }

    func documents(ids: [String], attributes: Set<String>?) throws -> [StoredDocument] {
        try rows(Self.columns, of: "document", ids: ids, where: Self.isThere).map { try DocumentRow.decode($0, attributes: attributes) }
    }

    func documents(serials: [Int], attributes: Set<String>?) throws -> [StoredDocument] {
        guard !serials.isEmpty else { return [] }
        return try rows(
            """
            SELECT \(raw: Self.columns) FROM unnest(\(serials)) WITH ORDINALITY AS wanted (wanted_serial, place)
            JOIN document ON serial = wanted_serial WHERE \(raw: Self.isThere) ORDER BY place
            """
        ).map { try DocumentRow.decode($0, attributes: attributes) }
    }

    func documents(kind: DocumentKind, scope: String, keys: [String], attributes: Set<String>?) throws -> [StoredDocument] {
        guard !keys.isEmpty else { return [] }
        return try rows(
            """
            SELECT \(raw: Self.columns) FROM unnest(\(keys)) WITH ORDINALITY AS wanted (wanted_key, place)
            JOIN document ON kind = \(kind.rawValue) AND scope = \(scope) AND key = wanted_key
            WHERE removed_at IS NULL AND key IS NOT NULL ORDER BY place
            """
        ).map { try DocumentRow.decode($0, attributes: attributes) }
    }

    func labels(kind: DocumentKind, accountID: String, lookup: String?) throws -> [LabelledDocument] {
        let isLookup: SQL = if let lookup { "lookup = \(lookup)" } else { "lookup IS NULL" }
        var found: [LabelledDocument] = []
        try visit(
            """
            SELECT serial, id, label FROM document
            WHERE account_id = \(accountID) AND kind = \(kind.rawValue) AND \(isLookup) AND removed_at IS NULL AND label IS NOT NULL
            ORDER BY account_id, kind, lookup, label, id
            """
        ) { row in
            found.append(LabelledDocument(id: row.text(1), serial: row.int(0), label: row.text(2)))
            return true
        }
        return found
    }

    func documentCount(kind: DocumentKind, accountID: String, hasLookup: Bool) throws -> Int {
        try first(
            """
            SELECT coalesce(sum(count), 0)::bigint FROM document_tally
            WHERE account_id = \(accountID) AND kind = \(kind.rawValue) AND has_lookup = \(hasLookup ? 1 : 0)
            """)?.int(0) ?? 0
    }

    func documentChanges(kind: DocumentKind, accountID: String) throws -> Int {
        try first(
            """
            SELECT coalesce(sum(changes), 0)::bigint FROM document_tally WHERE account_id = \(accountID) AND kind = \(kind.rawValue)
            """)?.int(0) ?? 0
    }

    func documents(kind: DocumentKind, lookup: String, _ visit: (StoredDocument) throws -> Bool) throws {
        try self.visit(
            """
            SELECT \(raw: Self.columns) FROM document
            WHERE kind = \(kind.rawValue) AND lookup = \(lookup) AND removed_at IS NULL AND lookup IS NOT NULL ORDER BY serial
            """
        ) { try visit(DocumentRow.decode($0)) }
    }

    func documents(_ query: DocumentQuery, _ visit: (StoredDocument) throws -> Bool) throws {
        let direction = query.ascending ? "ASC" : "DESC"
        var conditions: SQL = "removed_at IS NULL AND kind = \(query.kind.rawValue)"
        if let owner = query.ownerID { conditions = "\(conditions) AND owner_id IS NOT NULL AND owner_id = \(owner)" }
        if let account = query.accountID { conditions = "\(conditions) AND account_id = \(account)" }
        if let start = query.start {
            conditions = "\(conditions) AND (name, id) \(raw: query.ascending ? ">=" : "<=") (\(start.name), \(start.id))"
        }
        try self.visit(
            """
            SELECT \(raw: Self.columns) FROM document WHERE \(conditions) ORDER BY name \(raw: direction), id \(raw: direction)
            """
        ) { try visit(DocumentRow.decode($0, attributes: query.attributes)) }
    }

    /// Through one index of `account_tree`, which has a row for every account and every account above it, to the documents it names, one by one.
    func accounts(_ query: AccountQuery, _ visit: (StoredDocument) throws -> Bool) throws {
        let branch =
            switch query.branch {
            // Top-level accounts have an empty parent.
            case .roots: ""
            case .at(let id): id
            }
        let direction = query.ascending ? "ASC" : "DESC"
        var key = "tree_name", conditions: SQL = "ancestor_id = \(branch)"
        // No text is below the empty one, and no id.
        var start: ListingPlace? = query.ascending ? query.start ?? ("", "") : query.start
        if case .named(let prefix) = query.choice {
            key = "tree_lookup"
            let end = TextRange.end(ofTextsBeginningWith: prefix)
            if query.ascending {
                if start.map({ TextRange.isBelow($0.name, prefix) }) ?? true { start = (prefix, "") }
                if let end { conditions = "\(conditions) AND tree_lookup < \(end)" }
            } else {
                if let end, start.map({ !TextRange.isBelow($0.name, end) }) ?? true {
                    start = nil
                    conditions = "\(conditions) AND tree_lookup < \(end)"
                }
                conditions = "\(conditions) AND tree_lookup >= \(prefix)"
            }
        }
        if let start {
            conditions = """
                \(conditions) AND (\(raw: key), descendant_id) \(raw: query.ascending ? ">=" : "<=") (\(start.name), \(start.id))
                """
        }
        try self.visit(
            """
            SELECT \(raw: Self.columns) FROM account_tree JOIN document ON id = descendant_id
            WHERE \(conditions) AND \(raw: Self.isThere) ORDER BY \(raw: key) \(raw: direction), descendant_id \(raw: direction)
            """
        ) { try visit(DocumentRow.decode($0)) }
    }

    func removedAccounts() throws -> [String] {
        try rows("SELECT id FROM document WHERE removed_at IS NOT NULL AND kind = 'account' ORDER BY removed_at").map { $0.text(0) }
    }
}
