import HTTPFront
import Voicemail

/// The filters of a listing of documents: those of every listing, and the documents' own times (contract §2.11).
struct DocumentFilter: Sendable {
    private let filters: Filters
    private let created: ClosedRange<Int>?
    private let modified: ClosedRange<Int>?

    init(_ call: Call) throws(KazooFailure) {
        filters = Filters(call.request.query)
        created = try Self.range("created", call)
        modified = try Self.range("modified", call)
    }

    func pass(_ document: Document) -> Bool {
        if let created, !created.contains(document.created.unix) { return false }
        if let modified, !modified.contains(document.modified.unix) { return false }
        return filters.isEmpty || filters.pass(document.published)
    }

    /// Unix seconds, inclusive; nil when neither bound is given.
    static func range(_ name: String, _ call: Call) throws(KazooFailure) -> ClosedRange<Int>? {
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
    /// Creates a document of a collection of the account (contract §2.2: a body that cannot be one is judged before its type is).
    func createDocument(
        _ call: Call, in collection: String, _ schema: Schema, _ make: (_ request: JSONObject, _ id: String?, Document) async throws -> Document
    ) async throws -> Reply {
        let account = try call.requireAccount()
        try await requireEnvelope(call, for: .replace(call.envelope.data), schema: schema, attributes: [:])
        let document = try await make(call.envelope.data, call.chosenID, account)
        return Reply.document(document).created(at: "/v2/accounts/\(account.id)/\(collection)/\(document.id)")
    }

    /// A listing of documents by name.
    func listDocuments(_ kind: DocumentKind, _ call: Call, row: @escaping @Sendable (Document) -> JSONObject) async throws -> Reply {
        let account = try call.requireAccount()
        let paging = try Paging(call)
        let keep = try DocumentFilter(call)
        let page = try await service.documents(
            DocumentQuery(kind: kind, accountID: account.id, start: try paging.documentStart(), ascending: call.flag("ascending") ?? true),
            limit: paging.size, keep: { keep.pass($0) })
        return paging.reply(page.items.map(row), first: page.items.first, next: page.next)
    }
}
