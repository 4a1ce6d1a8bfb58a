import Waiting

/// A change to a document's attributes, as the two writing verbs mean it (K§2.15).
public enum AttributeChange: Sendable {
    /// Keys that it does not name are removed.
    case replace(JSONObject)
    /// Keys that it does not name stay; null removes one.
    case patch(JSONObject)

    /// The attributes after the change, before any rule is applied.
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
    /// What is asked for of a new thing by settings: of it there is nothing that null could take away.
    static func new(_ request: JSONObject) -> JSONObject { AttributeChange.patch(request).applied(to: [:]) }

    /// The object without the keys that clients may send but not set: private ones and the id (K§2.14).
    public var withoutPrivateKeys: JSONObject {
        filter { key, _ in key != "id" && !key.hasPrefix("_") && !key.hasPrefix("pvt_") }
    }
}

/// The place of a document in a listing: the text that it is sorted by, then its id.
public typealias ListingPlace = (name: String, id: String)

/// One page of a listing of documents; an item is what the listing takes from one.
public struct ListingPage<Item: Sendable>: Sendable {
    public let items: [Item]
    /// The place of the first item; nil on an empty page.
    public let first: ListingPlace?
    /// Where the next page starts; nil on the last one.
    public let next: ListingPlace?

    public init(items: [Item] = [], first: ListingPlace? = nil, next: ListingPlace? = nil) {
        self.items = items
        self.first = first
        self.next = next
    }
}

/// Fills a page, one document after the other, and holds no more of each than its item.
struct ListingPageBuilder<Item: Sendable> {
    let limit: Int
    private var items: [Item] = []
    private var first: ListingPlace?
    private var next: ListingPlace?

    init(limit: Int) { self.limit = limit }

    /// - Parameter item: what the listing takes from the document at `place`; nil leaves it out.
    /// - Returns: whether there is room for more.
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

/// The part of a listing that is asked for.
public struct ListingRange: Sendable {
    /// The place of the first item; nil for the beginning.
    public var start: ListingPlace?
    public var ascending: Bool
    /// The most items of the page.
    public var limit: Int
    /// The attributes that are read of each; nil for all.
    public var attributes: Set<String>?

    public init(start: ListingPlace? = nil, ascending: Bool = true, limit: Int, attributes: Set<String>? = nil) {
        self.start = start
        self.ascending = ascending
        self.limit = limit
        self.attributes = attributes
    }
}

extension DomainOperations {
    /// Finds a document by id.
    /// - Throws: `VoicemailError.notFound` also for one of another kind or account.
    func require<Kind: StoredNoun>(_ id: String, of account: Account) async throws -> Kind {
        try await store.read { try $0.require(id, in: account.id) }
    }

    /// Lists documents in order of name: what `item` takes from each; nil leaves one out.
    func pageStored<Kind: StoredNoun, Item: Sendable>(
        of _: Kind.Type = Kind.self, accountID: String? = nil, ownerID: String? = nil, _ range: ListingRange,
        item: @escaping @Sendable (Kind) -> Item?
    ) async throws -> ListingPage<Item> {
        let query = DocumentQuery(
            kind: Kind.kind, accountID: accountID, ownerID: ownerID, start: range.start, ascending: range.ascending, attributes: range.attributes)
        return try await store.read { reader in
            var builder = ListingPageBuilder<Item>(limit: range.limit)
            try reader.each(Kind.self, query) { noun in builder.add(at: (noun.name, noun.id)) { item(noun) } }
            return builder.page
        }
    }

    /// Creates a document that needs no checks but those of its schema and of `judge`.
    func createStored<Kind: StoredNoun>(
        _ request: JSONObject, id: String?, in account: Account, judge: (JSONObject) -> [Violation] = { _ in [] }
    ) async throws -> Kind {
        var (attributes, violations) = try limits.checked(request.withoutPrivateKeys, by: Kind.schema(limits))
        violations += judge(attributes)
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
        var draft = Kind(id: id, in: account.id, at: clock.now)
        draft.describe(attributes)
        let complete = draft
        return try await store.write { try $0.add(complete) }
    }

    func changeStored<Kind: StoredNoun>(
        _ id: String, _ change: AttributeChange, in account: Account,
        judge: @escaping @Sendable (JSONObject) -> [Violation] = { _ in [] }
    ) async throws -> Kind {
        let now = clock.now
        let limits = limits
        return try await store.write { writer in
            var noun: Kind = try writer.require(id, in: account.id)
            var (attributes, violations) = try noun.applying(change, limits)
            violations += judge(attributes)
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            noun.describe(attributes)
            return try writer.save(noun, at: now)
        }
    }

    /// Removes a document and releases its audio.
    /// - Returns: the document as it was.
    func removeStored<Kind: StoredNoun>(_ id: String, in account: Account, physically: Bool = false) async throws -> Kind {
        defer { garbageBell.ring() }
        let now = clock.now
        return try await store.write { writer in
            let noun: Kind = try writer.require(id, in: account.id)
            try writer.discard(noun, at: now, physically: physically)
            return noun
        }
    }
}
