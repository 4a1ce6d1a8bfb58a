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

    private static func range(_ name: String, _ call: Call) throws(KazooFailure) -> ClosedRange<Int>? {
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
    /// A listing of documents by name.
    func listDocuments(_ kind: DocumentKind, _ call: Call, row: @escaping @Sendable (Document) -> JSONObject) async throws -> Reply {
        let account = try call.requireAccount()
        let paging = try Paging(call)
        let keep = try DocumentFilter(call)
        let page = try await service.documents(
            DocumentQuery(kind: kind, accountID: account.id, start: try paging.documentStart(), ascending: call.flag("ascending") ?? true),
            limit: paging.size, keep: { keep.pass($0) })
        var reply = Reply.json(.array(page.items.map { .object(row($0)) }))
        if paging.size != nil {
            reply.page = Reply.Page(
                size: page.items.count, start: page.items.first.map { Paging.key(($0.name, $0.id)) } ?? paging.start,
                next: page.next.map { Paging.key($0) })
        }
        return reply
    }
}
