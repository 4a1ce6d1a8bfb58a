import StoredRows
import Voicemail

extension Snapshot {
    func document(id: String, attributes: Set<String>?) throws -> StoredDocument? {
        let cache = attributes == nil ? try kept() : nil
        if let known = cache?.document(id) { return known }
        var run = try connection.prepare(DocumentRow.byID)
        run.bind(id)
        guard try run.step() else { return nil }
        let document = try DocumentRow.decode(run, attributes: attributes)
        if let cache, DocumentRow.isSmall(run) { cache.keep(document) }
        return document
    }

    func document(serial: Int, attributes: Set<String>?) throws -> StoredDocument? {
        var run = try connection.prepare(DocumentRow.bySerial)
        run.bind(serial)
        return try run.step() ? try DocumentRow.decode(run, attributes: attributes) : nil
    }

    func document(kind: DocumentKind, scope: String, key: String, attributes: Set<String>?) throws -> StoredDocument? {
        var run = try connection.prepare(DocumentRow.byKey)
        run.bind(kind.rawValue)
        run.bind(scope)
        run.bind(key)
        return try run.step() ? try DocumentRow.decode(run, attributes: attributes) : nil
    }

    func documents(ids: [String], attributes: Set<String>?) throws -> [StoredDocument] {
        try ids.compactMap { try document(id: $0, attributes: attributes) }
    }

    func documents(serials: [Int], attributes: Set<String>?) throws -> [StoredDocument] {
        try serials.compactMap { try document(serial: $0, attributes: attributes) }
    }

    func documents(kind: DocumentKind, scope: String, keys: [String], attributes: Set<String>?) throws -> [StoredDocument] {
        try keys.compactMap { try document(kind: kind, scope: scope, key: $0, attributes: attributes) }
    }

    static let labelsSQL = """
        SELECT serial, id, label FROM document INDEXED BY document_by_label
        WHERE account_id = ? AND kind = ? AND lookup IS ? AND removed_at IS NULL AND label IS NOT NULL
        """

    func labels(kind: DocumentKind, accountID: String, lookup: String?) throws -> [LabelledDocument] {
        var run = try connection.prepare(Self.labelsSQL)
        run.bind(accountID)
        run.bind(kind.rawValue)
        run.bind(lookup)
        var found: [LabelledDocument] = []
        while try goesOn(run.step()) { found.append(LabelledDocument(id: run.text(1), serial: run.int(0), label: run.text(2))) }
        return found
    }

    func documentCount(kind: DocumentKind, accountID: String, hasLookup: Bool) throws -> Int {
        var run = try connection.prepare("SELECT count FROM document_tally WHERE account_id = ? AND kind = ? AND has_lookup = ?")
        run.bind(accountID)
        run.bind(kind.rawValue)
        run.bind(hasLookup ? 1 : 0)
        return try run.step() ? run.int(0) : 0
    }

    func documentChanges(kind: DocumentKind, accountID: String) throws -> Int {
        var run = try connection.prepare("SELECT coalesce(sum(changes), 0) FROM document_tally WHERE account_id = ? AND kind = ?")
        run.bind(accountID)
        run.bind(kind.rawValue)
        return try run.step() ? run.int(0) : 0
    }

    func documents(kind: DocumentKind, lookup: String, _ visit: (StoredDocument) throws -> Bool) throws {
        var run = try connection.prepare(DocumentRow.byLookup)
        run.bind(kind.rawValue)
        run.bind(lookup)
        while try goesOn(run.step()) {
            guard try connection.visit(DocumentRow.decode(run), visit) else { return }
        }
    }

    func documents(_ query: DocumentQuery, _ visit: (StoredDocument) throws -> Bool) throws {
        let listing = DocumentListing(query)
        var run = try connection.prepare(listing.sql)
        listing.bind(query, to: &run)
        while try goesOn(run.step()) {
            guard try connection.visit(DocumentRow.decode(run, attributes: query.attributes), visit) else { return }
        }
    }

    func accounts(_ query: AccountQuery, _ visit: (StoredDocument) throws -> Bool) throws {
        var run = try connection.prepare(AccountListing.sql(of: query))
        AccountListing.bind(query, to: &run)
        while try goesOn(run.step()) {
            guard try connection.visit(DocumentRow.decode(run), visit) else { return }
        }
    }

    func removedAccounts() throws -> [String] {
        var run = try connection.prepare(
            """
            SELECT id FROM document INDEXED BY document_removed WHERE removed_at >= ? AND kind = 'account'
            """)
        run.bind(Int.min)
        var found: [String] = []
        while try run.step() { found.append(run.text(0)) }
        return found
    }
}
