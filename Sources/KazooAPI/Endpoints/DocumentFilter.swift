import HTTPFront
import NIOCore
import Voicemail

/// The filters of a listing of documents: those of every listing, and the documents' own times (K§2.11).
struct DocumentFilter: Sendable {
    private let filters: Filters
    private let created: ClosedRange<Int>?
    private let modified: ClosedRange<Int>?

    init(_ call: KazooCall) throws(KazooFailure) {
        filters = Filters(call.request.query)
        created = try Self.range("created", call)
        modified = try Self.range("modified", call)
    }

    /// What is read of each document for a listing that shows these attributes; nil for all, as filters may name any.
    func attributes(_ shown: Set<String>?) -> Set<String>? { filters.isEmpty ? shown : nil }

    /// - Parameter published: what filters compare.
    func pass<Kind: Noun>(_ document: Kind, _ published: (Kind) -> JSONObject = { $0.published }) -> Bool {
        if let created, !created.contains(document.created.unix) { return false }
        if let modified, !modified.contains(document.modified.unix) { return false }
        return filters.isEmpty || filters.pass(published(document))
    }

    /// Unix seconds, inclusive; nil when neither bound is given.
    static func range(_ name: String, _ call: KazooCall) throws(KazooFailure) -> ClosedRange<Int>? {
        let from = try Window.bound(name + "_from", call)
        let to = try Window.bound(name + "_to", call)
        guard from != nil || to != nil else { return nil }
        let lower = from?.unix ?? Timestamp.plausible.lowerBound
        let upper = to?.unix ?? Timestamp.plausible.upperBound
        guard lower <= upper else {
            throw .invalid(
                name + "_from", "date_range",
                "\(name)_to \(upper + Timestamp.gregorianOffset) is prior to \(name)_from \(lower + Timestamp.gregorianOffset)",
                cause: .int(lower + Timestamp.gregorianOffset))
        }
        return lower...upper
    }
}

extension KazooDialect {
    /// Creates a document of a collection of the account (K§2.2: a body that cannot be one is judged before its type is).
    func createDocument(
        _ call: KazooCall, in collection: String, _ schema: Schema, _ make: (_ request: JSONObject, _ id: String?, Account) async throws -> some Noun
    ) async throws -> Reply {
        let account = try call.requireAccount()
        try await requireEnvelope(call, for: .replace(call.envelope.data), schema: schema, attributes: [:])
        let document = try await make(call.envelope.data, call.chosenID, account)
        return Reply.document(document).created(at: "/v2/accounts/\(account.id)/\(collection)/\(document.id)")
    }

    /// A listing of documents by name.
    /// - Parameters:
    ///   - shown: the attributes that `row` takes; nil for all.
    ///   - row: what the listing shows; nil leaves one out.
    func list<Kind: Noun>(
        _ call: KazooCall, showing shown: Set<String>? = nil,
        _ read: @escaping @Sendable (ListingRange, _ item: @escaping @Sendable (Kind) -> ByteBuffer?) async throws -> ListingPage<ByteBuffer>,
        row: @escaping @Sendable (Kind) -> JSON?
    ) async throws -> Reply {
        let filter = try DocumentFilter(call)
        return try await list(call, attributes: filter.attributes(shown)) { range in try await read(range) { filter.pass($0) ? row($0)?.encode() : nil } }
    }

    /// The page that is asked for; or everything, read and sent a page at a time, so that memory does not grow with the listing.
    /// - Parameters:
    ///   - attributes: those that are read of each; nil for all.
    ///   - page: rows as text: what they show of a document is all that is held of it.
    func list(
        _ call: KazooCall, attributes: Set<String>? = nil, page: @escaping @Sendable (ListingRange) async throws -> ListingPage<ByteBuffer>
    ) async throws -> Reply {
        let paging = try Paging(call)
        let page = Self.bounded(page)
        let ascending = call.flag("ascending") ?? true
        let range = ListingRange(start: try paging.documentStart(), ascending: ascending, limit: paging.size ?? Self.streamedPage, attributes: attributes)
        let first = try await page(range)
        guard paging.size == nil, first.next != nil else { return paging.reply(first) }
        return Reply(
            .rows { sink in
                var current = first
                try await sink.write(Self.elements(current.items, continues: false))
                while let next = current.next {
                    current = try await page(ListingRange(start: next, ascending: ascending, limit: Self.streamedPage, attributes: attributes))
                    try await sink.write(Self.elements(current.items, continues: true))
                }
            })
    }

    /// Rows of documents that are read in one go.
    private static let rowsTogether = 200

    /// Bytes of a page's rows. One with more ends early and says where the next begins: rows show what clients have stored.
    private static let pageBytes = 4 << 20

    /// The same pages, read in slices and ended early where they become too long to hold.
    private static func bounded(
        _ page: @escaping @Sendable (ListingRange) async throws -> ListingPage<ByteBuffer>
    ) -> @Sendable (ListingRange) async throws -> ListingPage<ByteBuffer> {
        { range in
            var items: [ByteBuffer] = []
            var first: ListingPlace?
            var slice = range
            var bytes = 0
            repeat {
                slice.limit = min(range.limit - items.count, rowsTogether)
                let found = try await page(slice)
                first = first ?? found.first
                items += found.items
                slice.start = found.next
                if found.next == nil || items.count >= range.limit { break }
                bytes += found.items.reduce(0) { $0 + $1.readableBytes }
            } while bytes < pageBytes
            return ListingPage(items: items, first: first, next: slice.start)
        }
    }

    /// Elements of an array that is sent in pieces.
    /// - Parameter continues: whether elements went before.
    private static func elements(_ items: [ByteBuffer], continues: Bool) -> ByteBuffer {
        var text = ByteBuffer()
        for (index, item) in items.enumerated() {
            if continues || index > 0 { text.writeStaticString(",") }
            text.writeImmutableBuffer(item)
        }
        return text
    }
}
