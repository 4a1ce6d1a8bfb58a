import StoredRows
import Voicemail

/// The statement of a `DocumentQuery`: one of a fixed set, each served by the index it names.
struct DocumentListing {
    enum Source: Int, CaseIterable {
        case kind, account, owner
    }

    let source: Source
    let hasStart: Bool
    let ascending: Bool

    init(_ query: DocumentQuery) {
        source = if query.ownerID != nil { .owner } else if query.accountID != nil { .account } else { .kind }
        hasStart = query.start != nil
        ascending = query.ascending
    }

    private init(_ source: Source, hasStart: Bool, ascending: Bool) {
        self.source = source
        self.hasStart = hasStart
        self.ascending = ascending
    }

    static let all: [DocumentListing] = Source.allCases.flatMap { source in
        [(false, false), (false, true), (true, false), (true, true)].map {
            DocumentListing(source, hasStart: $0.0, ascending: $0.1)
        }
    }

    private static let texts = all.map(\.text)

    var sql: String { Self.texts[source.rawValue * 4 + (hasStart ? 2 : 0) + (ascending ? 1 : 0)] }

    private var text: String {
        let order = ascending ? "ASC" : "DESC"
        return "SELECT \(DocumentRow.columns) FROM document \(condition)"
            + (hasStart ? " AND (name, id) \(ascending ? ">=" : "<=") (?4, ?5)" : "") + " ORDER BY name \(order), id \(order)"
    }

    private var condition: String {
        switch source {
        case .kind: "INDEXED BY document_by_kind WHERE removed_at IS NULL AND kind = ?1"
        case .account: "INDEXED BY document_by_account WHERE removed_at IS NULL AND kind = ?1 AND account_id = ?2"
        case .owner:
            """
            INDEXED BY document_by_owner WHERE removed_at IS NULL AND owner_id IS NOT NULL AND kind = ?1 AND owner_id = ?3 \
            AND (?2 IS NULL OR account_id = ?2)
            """
        }
    }

    func bind(_ query: DocumentQuery, to run: inout Execution) {
        run.bind(query.kind.rawValue)
        if source == .kind, !hasStart { return }
        run.bind(query.accountID)
        if source == .account, !hasStart { return }
        run.bind(query.ownerID)
        if let start = query.start {
            run.bind(start.name)
            run.bind(start.id)
        }
    }
}
