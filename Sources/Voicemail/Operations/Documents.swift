/// A change to a document's attributes, as the two writing verbs mean it (KAZOO contract §2.15).
public enum AttributeChange: Sendable {
    /// What is not given goes.
    case replace(JSONObject)
    /// What is not given stays; null removes.
    case patch(JSONObject)

    /// The attributes as the change leaves them, before any rule is applied.
    public func applied(to attributes: JSONObject) -> JSONObject {
        switch self {
        case .replace(let object): return object.withoutPrivateKeys
        case .patch(let object):
            var merged = attributes
            merged.merge(patch: object.withoutPrivateKeys)
            return merged
        }
    }
}

extension OrderedDictionary where Key == String, Value == JSON {
    /// Without the keys that clients may send but not set (contract §2.14): private ones and the id.
    public var withoutPrivateKeys: JSONObject {
        filter { key, _ in key != "id" && !key.hasPrefix("_") && !key.hasPrefix("pvt_") }
    }
}

/// Where a document stands in a listing: by the text it is sorted by, and its id.
public typealias ListingPlace = (name: String, id: String)

/// One page of a listing of documents, of each what the listing takes from it.
public struct ListingPage<Item: Sendable>: Sendable {
    public let items: [Item]
    /// Where the first of them stands; nil on an empty page.
    public let first: ListingPlace?
    /// Where the next page starts; nil on the last one.
    public let next: ListingPlace?

    public init(items: [Item] = [], first: ListingPlace? = nil, next: ListingPlace? = nil) {
        self.items = items
        self.first = first
        self.next = next
    }
}

/// Fills a page, one document after the other; what a page leaves out of a document is not held.
struct ListingPageBuilder<Item: Sendable> {
    let limit: Int
    private var items: [Item] = []
    private var first: ListingPlace?
    private var next: ListingPlace?

    init(limit: Int) { self.limit = limit }

    /// - Parameter item: what the listing shows of the document at `place`; nil for nothing.
    /// - Returns: whether the page takes more.
    mutating func add(at place: ListingPlace, _ item: () throws -> Item?) rethrows -> Bool {
        guard let item = try item() else { return true }
        if items.count == limit {
            next = place
            return false
        }
        if items.isEmpty { first = place }
        items.append(item)
        return true
    }

    var page: ListingPage<Item> { ListingPage(items: items, first: first, next: next) }
}

extension VoicemailService {
    /// A document of one account.
    /// - Throws: `VoicemailError.notFound` also for a document of another kind or account.
    public func document(_ id: String, kind: DocumentKind, of account: Document) async throws -> Document {
        try await store.read { try Self.document(id, kind, account.id, $0) }
    }

    /// Documents in order of name: what `item` takes from each, at most `limit` times; nil leaves one out.
    public func documents<Item: Sendable>(
        _ query: DocumentQuery, limit: Int, item: @escaping @Sendable (Document) -> Item?
    ) async throws -> ListingPage<Item> {
        try await store.read { reader in
            var builder = ListingPageBuilder<Item>(limit: limit)
            try reader.documents(query) { document in builder.add(at: (document.name, document.id)) { item(document) } }
            return builder.page
        }
    }

    /// Creates a document of a kind that has no rules of its own beyond its schema and what `judge` finds in its attributes.
    public func createDocument(
        _ request: JSONObject, id: String?, kind: DocumentKind, schema: Schema, in account: Document, judge: (JSONObject) -> [Violation] = { _ in [] }
    ) async throws -> Document {
        var (attributes, violations) = schema.apply(to: request.withoutPrivateKeys)
        violations += judge(attributes)
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
        let draft = Document(
            id: id ?? HexID.random(), kind: kind, accountID: account.id, name: attributes["name"]?.string ?? "", scope: account.id,
            attributes: attributes, created: clock.now)
        return try await store.write { writer in
            try Self.claimID(draft.id, writer)
            return try Self.add(draft, writer)
        }
    }

    public func changeDocument(
        _ id: String, _ change: AttributeChange, kind: DocumentKind, schema: Schema, in account: Document,
        judge: @escaping @Sendable (JSONObject) -> [Violation] = { _ in [] }
    ) async throws -> Document {
        let now = clock.now
        return try await store.write { writer in
            var document = try Self.document(id, kind, account.id, writer)
            var (attributes, violations) = schema.apply(to: change.applied(to: document.attributes))
            violations += judge(attributes)
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            document.attributes = attributes
            document.name = attributes["name"]?.string ?? ""
            return try Self.save(&document, writer, now)
        }
    }

    /// Removes a document and releases its audio.
    /// - Returns: the document as it was.
    public func removeDocument(_ id: String, kind: DocumentKind, in account: Document, physically: Bool = false) async throws -> Document {
        let now = clock.now
        return try await store.write { writer in
            let document = try Self.document(id, kind, account.id, writer)
            try Self.discard(document, writer, now, physically: physically)
            return document
        }
    }

    static func document(_ id: String, _ kind: DocumentKind, _ accountID: String, _ reader: any StoreReader) throws -> Document {
        guard let document = try reader.document(id: id), document.kind == kind, document.accountID == accountID else {
            throw VoicemailError.notFound(id: id)
        }
        return document
    }

    /// Refuses an id that a living document has; a removed one holds its id too, which `insert` finds out.
    static func claimID(_ id: String, _ reader: any StoreReader) throws {
        guard HexID.isValid(id) else {
            throw VoicemailError.invalid([Violation(["id"], .other(code: "pattern", message: "Failed to match pattern '^[0-9a-f]{32}$'", target: "^[0-9a-f]{32}$"), value: .string(id))])
        }
        if try reader.document(id: id) != nil { throw VoicemailError.conflict }
    }

    static func add(_ draft: Document, _ writer: any StoreWriter) throws -> Document {
        let stored: Document
        do { stored = try writer.insert(draft) } catch StoreError.conflict { throw VoicemailError.conflict }
        try writer.append(Event(kind: .documentCreated, accountID: stored.accountID, subjectID: stored.id, payload: ["type": .string(stored.kind.rawValue)], created: stored.created))
        return stored
    }

    static func save(_ document: inout Document, _ writer: any StoreWriter, _ now: Timestamp) throws -> Document {
        document.revision += 1
        document.modified = now
        try writer.update(document)
        try writer.append(Event(kind: .documentEdited, accountID: document.accountID, subjectID: document.id, payload: ["type": .string(document.kind.rawValue)], created: now))
        return document
    }

    static func discard(_ document: Document, _ writer: any StoreWriter, _ now: Timestamp, physically: Bool) throws {
        try writer.remove(documentID: document.id, at: now, physically: physically)
        if let blob = document.blobID { try writer.release(blob) }
        try writer.append(Event(kind: .documentDeleted, accountID: document.accountID, subjectID: document.id, payload: ["type": .string(document.kind.rawValue)], created: now))
    }
}
