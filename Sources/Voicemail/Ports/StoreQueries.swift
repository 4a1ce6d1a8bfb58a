/// Which messages to visit, in order of `MessagePosition`.
public struct MessageQuery: Sendable, Hashable {
    public enum Scope: Sendable, Hashable {
        case mailbox(String)
        case account(String)
    }

    public var scope: Scope
    /// Inclusive bounds of the timestamp.
    public var from: Timestamp?
    public var to: Timestamp?
    /// The first message to visit; inclusive.
    public var start: MessagePosition?
    public var ascending: Bool
    /// Only messages filed here, whatever their age.
    public var folder: Folder?
    /// At most this many rows; nil for all.
    public var limit: Int?

    public init(
        scope: Scope, from: Timestamp? = nil, to: Timestamp? = nil, start: MessagePosition? = nil, ascending: Bool = false,
        folder: Folder? = nil, limit: Int? = nil
    ) {
        self.scope = scope
        self.from = from
        self.to = to
        self.start = start
        self.ascending = ascending
        self.folder = folder
        self.limit = limit
    }
}

/// Which documents to visit, in order of name, then id.
public struct DocumentQuery: Sendable, Hashable {
    public var kind: DocumentKind
    /// nil for all accounts.
    public var accountID: String?
    public var ownerID: String?
    /// The first document to visit, by name and id; inclusive.
    public var start: (name: String, id: String)?
    public var ascending: Bool
    /// The attributes that are read of each; nil for all.
    public var attributes: Set<String>?

    public init(
        kind: DocumentKind, accountID: String? = nil, ownerID: String? = nil, start: (name: String, id: String)? = nil,
        ascending: Bool = true, attributes: Set<String>? = nil
    ) {
        self.kind = kind
        self.accountID = accountID
        self.ownerID = ownerID
        self.start = start
        self.ascending = ascending
        self.attributes = attributes
    }

    public static func == (left: DocumentQuery, right: DocumentQuery) -> Bool {
        left.kind == right.kind && left.accountID == right.accountID && left.ownerID == right.ownerID
            && left.start?.name == right.start?.name && left.start?.id == right.start?.id && left.ascending == right.ascending
            && left.attributes == right.attributes
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(accountID)
        hasher.combine(start?.id)
    }
}

/// Which accounts of a tree to visit.
public struct AccountQuery: Sendable {
    public enum Branch: Sendable, Hashable {
        /// Those that have none above them.
        case roots
        /// The account of this id and every one below it.
        case at(String)
    }

    public enum Choice: Sendable, Hashable {
        /// All, in order of name, then id.
        case all
        /// Those whose `lookup` begins with this, in order of it, then id.
        case named(String)
    }

    public var branch: Branch
    public var choice: Choice
    /// The first account to visit; inclusive.
    public var start: ListingPlace?
    /// False for the opposite of the order.
    public var ascending: Bool

    public init(_ branch: Branch, _ choice: Choice = .all, start: ListingPlace? = nil, ascending: Bool = true) {
        self.branch = branch
        self.choice = choice
        self.start = start
        self.ascending = ascending
    }

    /// Where an account stands in this order.
    func place(of account: StoredDocument) -> ListingPlace {
        switch choice {
        case .all: (account.name, account.id)
        case .named: (account.lookup ?? "", account.id)
        }
    }
}

/// What the store knows of a blob.
public struct BlobRecord: Sendable, Hashable {
    public let blob: StoredBlob
    /// nil when no decoder accepts the bytes, and while they are not measured.
    public let facts: AudioFacts?
    /// The container of audio that is not measured yet.
    public let unmeasured: String?

    public init(blob: StoredBlob, facts: AudioFacts?, unmeasured: String? = nil) {
        self.blob = blob
        self.facts = facts
        self.unmeasured = unmeasured
    }

    public init(blob: StoredBlob, _ outcome: MeasuringOutcome?) {
        switch outcome {
        case .known(let facts)?: self.init(blob: blob, facts: facts)
        case .pending(let container)?: self.init(blob: blob, facts: nil, unmeasured: container)
        case nil: self.init(blob: blob, facts: nil)
        }
    }

    /// nil when no decoder accepts the bytes.
    public var container: String? { facts?.container ?? unmeasured }
}
