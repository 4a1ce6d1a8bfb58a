import OrderedCollections

/// What an account, a user, a mailbox, a greeting and a webhook have in common: an identity, a revision, and attributes that are an open
/// set, because clients keep keys of their own in them and expect them back (K§2.14).
///
/// Each is a type of its own, so that a mailbox cannot pass for an account. What rules read is a property with a name; how it is stored
/// is known to the type alone.
public protocol Noun: Sendable, Hashable {
    /// 32 hex digits, for life.
    var id: String { get }
    /// The account it belongs to; an account belongs to itself.
    var accountID: String { get }
    /// A number that is never reused, for the interfaces that know things by number.
    var serial: Int { get }
    /// Sort key of listings.
    var name: String { get }
    /// Grows by one with every write.
    var revision: Int { get }
    var created: Timestamp { get }
    var modified: Timestamp { get }
    /// The attributes as clients see them, `id` among them.
    var published: JSONObject { get }
}

/// A noun as the domain handles it: a view of one stored document.
protocol StoredNoun: Noun {
    static var kind: DocumentKind { get }
    /// What clients may change, and its rules.
    static func schema(_ limits: Limits) -> Schema
    /// What is stored; of this kind.
    var stored: StoredDocument { get set }
    init(stored: StoredDocument)
    /// Takes over attributes that the schema has found valid, with the fields that lookups need.
    mutating func describe(_ checked: JSONObject)
    /// Whether something may follow from a change; only then what was there before is read.
    static var hasConsequences: Bool { get }
    /// Notes what follows from a change, in its transaction.
    func follow(_ before: Self, at now: Timestamp, _ writer: any StoreWriter) throws
}

extension StoredNoun {
    static var hasConsequences: Bool { false }
    func follow(_: Self, at _: Timestamp, _: any StoreWriter) throws {}

    /// A new one, not stored yet.
    init(id: String?, in accountID: String, at now: Timestamp) {
        self.init(stored: StoredDocument(id: id ?? HexID.random(), kind: Self.kind, accountID: accountID, name: "", scope: accountID, created: now))
    }

    /// nil for a document of another kind.
    init?(_ document: StoredDocument?) {
        guard let document, document.kind == Self.kind else { return nil }
        self.init(stored: document)
    }

    mutating func describe(_ checked: JSONObject) {
        stored.attributes = checked
        stored.name = checked["name"]?.string ?? ""
    }

    /// The attributes that a change leaves, valid, and the rules that it breaks.
    /// - Parameter kept: what an interface is to keep with it.
    /// - Throws: `VoicemailError.documentTooLarge`.
    func applying(_ change: AttributeChange, keeping kept: KeptFields? = nil, _ limits: Limits) throws(VoicemailError) -> (JSONObject, [Violation]) {
        try limits.checked(
            change.applied(to: stored.attributes), by: Self.schema(limits), before: stored.attributes,
            kept: (kept?.merged(into: stored.kept) ?? stored.kept, stored.kept))
    }
}

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
}

extension StoreReader {
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

extension StoreWriter {
    /// Stores a new one and says so.
    /// - Throws: `VoicemailError.conflict` when its id or key is taken, `.invalid` for an id that is none.
    func add<Kind: StoredNoun>(_ draft: Kind) throws -> Kind {
        try claimID(draft.id)
        let document: StoredDocument
        do { document = try insert(draft.stored) } catch StoreError.conflict { throw VoicemailError.conflict }
        try tell(.documentCreated, document, document.created)
        return Kind(stored: document)
    }

    /// Stores a change as a new revision and says so.
    func save<Kind: StoredNoun>(_ changed: Kind, at now: Timestamp) throws -> Kind {
        let before: Kind? = Kind.hasConsequences ? try find(id: changed.id) : nil
        var document = changed.stored
        document.revision += 1
        document.modified = now
        try update(document)
        try tell(.documentEdited, document, now)
        let saved = Kind(stored: document)
        if let before { try saved.follow(before, at: now, self) }
        return saved
    }

    /// Removes one, lets its audio go, and says so.
    func discard(_ noun: some StoredNoun, at now: Timestamp, physically: Bool = false) throws {
        try remove(documentID: noun.id, at: now, physically: physically)
        if let blob = noun.stored.blobID { try release(blob) }
        try tell(.documentDeleted, noun.stored, now)
        let action: AuditEntry.Action =
            switch noun.stored.kind {
            case .account: .accountRemoved
            case .user: .userRemoved
            case .mailbox: .mailboxRemoved
            case .media: .greetingRemoved
            case .webhook: .webhookRemoved
            case .mailTemplate: .templateRemoved
            }
        try audit(action, of: noun.accountID, [noun.id], at: now)
    }

    /// Makes a removed one part of what is there again, as a new revision, and says so.
    func bringBack<Kind: StoredNoun>(_ removed: Kind, at now: Timestamp) throws -> Kind {
        var document = removed.stored
        document.revision += 1
        document.modified = now
        do { try restore(document) } catch StoreError.conflict { throw VoicemailError.conflict }
        try tell(.documentCreated, document, now)
        return Kind(stored: document)
    }

    /// Refuses an id that a living document has; a removed one holds its id too, which `insert` finds out.
    private func claimID(_ id: String) throws {
        guard HexID.isValid(id) else {
            throw VoicemailError.invalid([Violation(["id"], .pattern("^[0-9a-f]{32}$"), value: .string(id))])
        }
        if try document(id: id) != nil { throw VoicemailError.conflict }
    }

    private func tell(_ kind: Event.Kind, _ document: StoredDocument, _ now: Timestamp) throws {
        try append(
            Event(
                kind: kind, accountID: document.accountID, subjectID: document.id, payload: [Event.documentType: .string(document.kind.rawValue)], created: now)
        )
    }
}
