/// What a document describes.
public enum DocumentKind: String, Sendable, CaseIterable {
    case account, user, mailbox, media, webhook
    case mailTemplate = "mail_template"
}

/// An account, a user, a mailbox, a greeting, a webhook or a template: things with open sets of attributes.
///
/// Clients keep keys of their own in these and expect them back (K§2.14), so the attributes
/// are one JSON object. The fields that rules and lookups need stand beside it.
public struct StoredDocument: Sendable, Hashable {
    public let id: String
    public let kind: DocumentKind
    /// The account it belongs to; an account belongs to itself.
    public let accountID: String
    /// A number that is never reused, for the interfaces that know things by number. 0 until stored.
    public var serial: Int
    /// Sort key of listings.
    public var name: String
    /// Unique among the living documents of `scope` and kind, e.g. the mailbox number in comparable form.
    public var key: String?
    /// Where `key` is unique: an account id, or empty for the whole server.
    public var scope: String
    /// A second, not unique way to find it, e.g. an account's name reduced to letters and digits.
    public var lookup: String?
    /// What it goes by in a directory of its kind, e.g. the mailbox number as it was given.
    public var label: String?
    public var ownerID: String?
    /// What clients see and may change, without `id`.
    public var attributes: JSONObject
    /// What no client sees: verifiers, lineage, file names.
    public var hidden: JSONObject
    /// A text that its readers are shown and that is nowhere in clear.
    public var secret: SealedText?
    /// Audio, for greetings.
    public var blobID: BlobID?
    /// Grows by one with every write.
    public var revision: Int
    public let created: Timestamp
    public var modified: Timestamp
    /// Only some of the attributes were read: enough to show, and not to be stored again.
    public let isPartial: Bool

    public init(
        id: String = HexID.random(), kind: DocumentKind, accountID: String, serial: Int = 0, name: String, key: String? = nil,
        scope: String, lookup: String? = nil, label: String? = nil, ownerID: String? = nil, attributes: JSONObject = [:],
        hidden: JSONObject = [:], secret: SealedText? = nil, blobID: BlobID? = nil, revision: Int = 1, created: Timestamp, modified: Timestamp? = nil,
        isPartial: Bool = false
    ) {
        self.id = id
        self.kind = kind
        self.accountID = accountID
        self.serial = serial
        self.name = name
        self.key = key
        self.scope = scope
        self.lookup = lookup
        self.label = label
        self.ownerID = ownerID
        self.attributes = attributes
        self.hidden = hidden
        self.secret = secret
        self.blobID = blobID
        self.revision = revision
        self.created = created
        self.modified = modified ?? created
        self.isPartial = isPartial
    }

    /// The attributes with `id`, as clients see them.
    public var published: JSONObject {
        var object = attributes
        object["id"] = .string(id)
        return object
    }
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
