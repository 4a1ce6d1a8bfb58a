import OrderedCollections

/// Nouns out of stored documents.
extension StoreReader {
    /// - Parameter attributes: those that are read; nil for all.
    func find<Kind: StoredNoun>(_: Kind.Type = Kind.self, id: String?, attributes: Set<String>? = nil) throws -> Kind? {
        guard let id else { return nil }
        return Kind(try document(id: id, attributes: attributes))
    }

    /// - Throws: `VoicemailError.notFound` also for one of another kind or account.
    func require<Kind: StoredNoun>(_ id: String, in accountID: String) throws -> Kind {
        guard let found: Kind = try find(id: id), found.accountID == accountID else { throw VoicemailError.notFound(id: id) }
        return found
    }

    func find<Kind: StoredNoun>(_: Kind.Type = Kind.self, serial: Int, in accountID: String, attributes: Set<String>? = nil) throws -> Kind? {
        Kind(try document(serial: serial, attributes: attributes)).flatMap { $0.accountID == accountID ? $0 : nil }
    }

    public func account(id: String?) throws -> Account? { try find(id: id) }
    func account(realm: String) throws -> Account? { Account(try document(kind: .account, scope: "", key: realm.lowercased())) }
    /// Accounts of one comparable name.
    func accounts(called name: String, limit: Int) throws -> [Account] {
        try documents(kind: .account, lookup: name, limit: limit).compactMap { Account($0) }
    }
    func user(named name: String, in accountID: String) throws -> User? { User(try document(kind: .user, scope: accountID, key: name.lowercased())) }
    /// The mailbox of a number, whatever zeros it begins with.
    func mailbox(number: String, in accountID: String, attributes: Set<String>? = nil) throws -> Mailbox? {
        Mailbox(try document(kind: .mailbox, scope: accountID, key: MailboxNumber.comparable(number), attributes: attributes))
    }

    /// The mailboxes of numbers, by what numbers are compared by (`MailboxNumber.comparable`).
    func mailboxes(numbers: [String], in accountID: String, attributes: Set<String>?) throws -> [String: Mailbox] {
        let keys = Array(OrderedSet(numbers.map(MailboxNumber.comparable)))
        let found = try documents(kind: .mailbox, scope: accountID, keys: keys, attributes: attributes)
        return Dictionary(found.compactMap { document in document.key.map { ($0, Mailbox(stored: document)) } }, uniquingKeysWith: { first, _ in first })
    }

    /// Visits, in order of name, until `visit` returns false.
    func each<Kind: StoredNoun>(_: Kind.Type = Kind.self, _ query: DocumentQuery, _ visit: (Kind) throws -> Bool) throws {
        var query = query
        query.kind = Kind.kind
        try documents(query) { try visit(Kind(stored: $0)) }
    }

    /// In the order of their ids here, those of one account; one that is not there is left out.
    func find<Kind: StoredNoun>(_: Kind.Type = Kind.self, ids: [String], in accountID: String, attributes: Set<String>? = nil) throws -> [Kind] {
        try documents(ids: ids, attributes: attributes).compactMap { Kind($0) }.filter { $0.accountID == accountID }
    }

    /// The same by serial.
    func find<Kind: StoredNoun>(_: Kind.Type = Kind.self, serials: [Int], in accountID: String, attributes: Set<String>? = nil) throws -> [Kind] {
        try documents(serials: serials, attributes: attributes).compactMap { Kind($0) }.filter { $0.accountID == accountID }
    }

    /// Reads all that a query names in order of name, a page at a time, so that more can be asked for between the pages.
    func eachPage<Kind: StoredNoun>(_: Kind.Type = Kind.self, _ query: DocumentQuery, size: Int = 64, _ body: ([Kind]) throws -> Void) throws {
        var query = query
        query.kind = Kind.kind
        repeat {
            var page: [Kind] = []
            var next: ListingPlace?
            try documents(query) { document in
                guard page.count < size else {
                    next = (document.name, document.id)
                    return false
                }
                page.append(Kind(stored: document))
                return true
            }
            try body(page)
            query.start = next
        } while query.start != nil
    }
}
