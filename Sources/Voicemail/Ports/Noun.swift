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

/// Public as the requirements of `Noun` are that they meet; what is stored stays the domain's own.
extension StoredNoun {
    public var id: String { stored.id }
    public var accountID: String { stored.accountID }
    public var serial: Int { stored.serial }
    public var name: String { stored.name }
    public var revision: Int { stored.revision }
    public var created: Timestamp { stored.created }
    public var modified: Timestamp { stored.modified }
    /// Of a mailbox without the PIN (`Mailboxes.published`).
    public var published: JSONObject { stored.published }
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
