import Testing
import Voicemail

extension StoreContract {
    /// Names whose order differs between languages, and texts that end where a prefix does.
    private static let names = ["", "a", "aa", "B", "b", "Z", "é", "e\u{301}", "ß", "\u{D7FF}", "\u{E000}", "😀", "😀a", "\u{10FFFF}", "a\u{0}", "a\u{0}b"]

    private static func fill(_ store: any VoicemailStore) async throws -> [StoredDocument] {
        try await store.write { writer in
            var all: [StoredDocument] = []
            for (index, name) in names.enumerated() {
                for twin in 0..<2 {
                    all.append(
                        try writer.insert(
                            document(
                                "\(twin)-\(names.count - index)", kind: index % 5 == 4 ? .user : .mailbox, account: index % 3 == 0 ? "b" : "a", name: name,
                                lookup: index % 4 == 3 ? nil : name, owner: index % 2 == 0 ? "o" : nil)))
                }
            }
            return all
        }
    }

    private static func isOrdered(_ left: (String, String), _ right: (String, String)) -> Bool {
        if !left.0.utf8.elementsEqual(right.0.utf8) { return left.0.utf8.lexicographicallyPrecedes(right.0.utf8) }
        return left.1.utf8.lexicographicallyPrecedes(right.1.utf8)
    }

    private static func expected(_ query: DocumentQuery, of all: [StoredDocument]) -> [StoredDocument] {
        let sorted = all.filter { document in
            guard document.kind == query.kind else { return false }
            if let account = query.accountID, document.accountID != account { return false }
            if let owner = query.ownerID, document.ownerID != owner { return false }
            if let start = query.start {
                let place = (document.name, document.id)
                if query.ascending ? isOrdered(place, start) : isOrdered(start, place) { return false }
            }
            return true
        }.sorted { isOrdered(($0.name, $0.id), ($1.name, $1.id)) }
        return query.ascending ? sorted : sorted.reversed()
    }

    static let listings = [
        Case("documents are listed by the bytes of name and id, from any start in both directions") { store in
            let all = try await fill(store)
            let starts = [nil] + all.map { ($0.name, $0.id) } + [("a", ""), ("b", "zz"), ("\u{10FFFF}\u{10FFFF}", "")]
            for ascending in [true, false] {
                for (account, owner) in [(nil, nil), ("a", nil), (nil, "o"), ("a", "o"), ("nobody", nil)] as [(String?, String?)] {
                    for start in starts {
                        let query = DocumentQuery(kind: .mailbox, accountID: account, ownerID: owner, start: start, ascending: ascending)
                        let listed = try await list(query, store)
                        #expect(listed == expected(query, of: all), "\(query)")
                    }
                }
            }
        },
        Case("a visit ends when its visitor says so") { store in
            _ = try await fill(store)
            let visited = try await store.read { reader in
                var visited = 0
                try reader.documents(DocumentQuery(kind: .mailbox)) { _ in
                    visited += 1
                    return visited < 3
                }
                return visited
            }
            #expect(visited == 3)
        },
    ]
}
