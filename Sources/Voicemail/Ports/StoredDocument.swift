/// What a document describes. Stored under the raw values, which never change.
public enum DocumentKind: String, Sendable, CaseIterable {
    case account, user, mailbox
    case greeting = "media"
    case webhook
    case mailTemplate = "mail_template"
}

/// An account, a user, a mailbox, a greeting, a webhook or a template: things with open sets of attributes.
///
/// Clients keep keys of their own in these and expect them back (K§2.14), so the attributes
/// are one JSON object. The fields that rules and lookups need stand beside it.
///
/// Requests on all threads copy the same few documents, so copies share what they say.
public struct StoredDocument: Sendable, Hashable {
    private struct Facts: Sendable, Hashable {
        let id: String
        let kind: DocumentKind
        let accountID: String
        var serial: Int
        var name: String
        var key: String?
        var scope: String
        var lookup: String?
        var label: String?
        var ownerID: String?
        var attributes: JSONObject
        var hidden: JSONObject
        var secret: SealedText?
        var blobID: BlobID?
        var revision: Int
        let created: Timestamp
        var modified: Timestamp
        let isPartial: Bool
    }

    @CopyOnWrite private var facts: Facts

    public init(
        id: String = HexID.random(), kind: DocumentKind, accountID: String, serial: Int = 0, name: String, key: String? = nil,
        scope: String, lookup: String? = nil, label: String? = nil, ownerID: String? = nil, attributes: JSONObject = [:],
        hidden: JSONObject = [:], secret: SealedText? = nil, blobID: BlobID? = nil, revision: Int = 1, created: Timestamp, modified: Timestamp? = nil,
        isPartial: Bool = false
    ) {
        facts = Facts(
            id: id, kind: kind, accountID: accountID, serial: serial, name: name, key: key, scope: scope, lookup: lookup, label: label, ownerID: ownerID,
            attributes: attributes, hidden: hidden, secret: secret, blobID: blobID, revision: revision, created: created, modified: modified ?? created,
            isPartial: isPartial)
    }

    /// The attributes with `id`, as clients see them.
    public var published: JSONObject {
        var object = attributes
        object["id"] = .string(id)
        return object
    }
}

extension StoredDocument {
    public var id: String { facts.id }

    public var kind: DocumentKind { facts.kind }

    /// The account it belongs to; an account belongs to itself.
    public var accountID: String { facts.accountID }

    /// A number that is never reused, for the interfaces that know things by number. 0 until stored.
    public var serial: Int {
        get { facts.serial }
        set { facts.serial = newValue }
    }

    /// Sort key of listings.
    public var name: String {
        get { facts.name }
        set { facts.name = newValue }
    }

    /// Unique among the living documents of `scope` and kind, e.g. the mailbox number in comparable form.
    public var key: String? {
        get { facts.key }
        set { facts.key = newValue }
    }

    /// Where `key` is unique: an account id, or empty for the whole server.
    public var scope: String {
        get { facts.scope }
        set { facts.scope = newValue }
    }

    /// A second, not unique way to find it, e.g. an account's name reduced to letters and digits.
    public var lookup: String? {
        get { facts.lookup }
        set { facts.lookup = newValue }
    }

    /// Its key in a directory of its kind, e.g. the mailbox number as it was given.
    public var label: String? {
        get { facts.label }
        set { facts.label = newValue }
    }

    public var ownerID: String? {
        get { facts.ownerID }
        set { facts.ownerID = newValue }
    }

    /// What clients see and may change, without `id`.
    public var attributes: JSONObject {
        get { facts.attributes }
        set { facts.attributes = newValue }
    }

    /// What no client sees: verifiers, lineage, file names.
    public var hidden: JSONObject {
        get { facts.hidden }
        set { facts.hidden = newValue }
    }

    /// A text that its readers are shown and that is nowhere in clear.
    public var secret: SealedText? {
        get { facts.secret }
        set { facts.secret = newValue }
    }

    /// Audio, for greetings.
    public var blobID: BlobID? {
        get { facts.blobID }
        set { facts.blobID = newValue }
    }

    /// Grows by one with every write.
    public var revision: Int {
        get { facts.revision }
        set { facts.revision = newValue }
    }

    public var created: Timestamp { facts.created }

    public var modified: Timestamp {
        get { facts.modified }
        set { facts.modified = newValue }
    }

    /// Only some of the attributes were read: enough to show, and not to be stored again.
    public var isPartial: Bool { facts.isPartial }
}

/// A document by what a directory of its kind shows of it.
public struct LabelledDocument: Sendable, Hashable {
    public let id: String
    public let serial: Int
    public let label: String

    public init(id: String, serial: Int, label: String) {
        self.id = id
        self.serial = serial
        self.label = label
    }
}

extension StoredDocument {
    /// The part of it that has these attributes only; all of it for nil.
    public func reading(_ keys: Set<String>?) -> StoredDocument {
        guard let keys else { return self }
        return StoredDocument(
            id: id, kind: kind, accountID: accountID, serial: serial, name: name, key: key, scope: scope, lookup: lookup, label: label,
            ownerID: ownerID, attributes: attributes.filter { keys.contains($0.key) }, hidden: hidden, secret: secret, blobID: blobID,
            revision: revision, created: created, modified: modified, isPartial: true)
    }
}
