import Testing
import Voicemail

extension StoreContract {
    /// Names and texts to search for: orders that differ between languages, and texts that end where a prefix does.
    private static let names = ["", "a", "aa", "B", "b", "\u{E9}", "e\u{301}", "\u{D7FF}", "\u{E000}", "\u{1F600}", "\u{1F600}a", "\u{10FFFF}"]

    private static func account(_ id: String, _ name: String, below lineage: [String] = []) -> StoredDocument {
        var account = document(id, kind: .account, account: id, name: name, lookup: name.isEmpty ? nil : "l" + name, owner: lineage.last)
        account.hidden = ["lineage": JSON(lineage)]
        return account
    }

    /// Two roots; below the first one two branches; in each place an account of every name.
    private static func grow(_ store: any VoicemailStore) async throws -> [StoredDocument] {
        try await store.write { writer in
            var all = [account("r", "root"), account("s", "another root"), account("r1", "b", below: ["r"]), account("r2", "b", below: ["r"])]
            for (place, lineage) in [[], ["r"], ["s"], ["r", "r1"], ["r", "r2"]].enumerated() {
                for (number, name) in names.enumerated() { all.append(account("\(place)-\(number)", name, below: lineage)) }
            }
            all = try all.map { try writer.insert($0) }
            // What is not an account is in no tree, whatever it is named.
            _ = try writer.insert(document("m", account: "r", name: "a", lookup: "la"))
            return all
        }
    }

    private static func precedes(_ left: ListingPlace, _ right: ListingPlace) -> Bool {
        if !left.name.utf8.elementsEqual(right.name.utf8) { return left.name.utf8.lexicographicallyPrecedes(right.name.utf8) }
        return left.id.utf8.lexicographicallyPrecedes(right.id.utf8)
    }

    private static func place(_ account: StoredDocument, in choice: AccountQuery.Choice) -> ListingPlace {
        choice == .all ? (account.name, account.id) : (account.lookup ?? "", account.id)
    }

    private static func lineage(of account: StoredDocument) -> [String] { account.hidden["lineage"]?.array?.compactMap(\.string) ?? [] }

    private static func expected(_ query: AccountQuery, of all: [StoredDocument]) -> [String] {
        all.filter { account in
            switch query.branch {
            case .roots: guard lineage(of: account).isEmpty else { return false }
            case .at(let id): guard account.id == id || lineage(of: account).contains(id) else { return false }
            }
            if case .named(let prefix) = query.choice {
                guard (account.lookup ?? "").utf8.starts(with: prefix.utf8) else { return false }
            }
            guard let start = query.start else { return true }
            let at = place(account, in: query.choice)
            return query.ascending ? !precedes(at, start) : !precedes(start, at)
        }.sorted { precedes(place($0, in: query.choice), place($1, in: query.choice)) == query.ascending }.map(\.id)
    }

    private static func list(_ query: AccountQuery, _ store: any VoicemailStore) async throws -> [StoredDocument] {
        try await store.read { reader in
            var found: [StoredDocument] = []
            try reader.accounts(query) {
                found.append($0)
                return true
            }
            return found
        }
    }

    static let accountTrees = [
        Case("accounts of a tree are listed by name, or by a prefix of their lookup, from any start") { store in
            let all = try await grow(store)
            let choices: [AccountQuery.Choice] = [.all, .named("")] + (names + ["aaa", "x"]).map { .named("l" + $0) } + [.named("\u{10FFFF}")]
            for branch in [.roots, .at("r"), .at("s"), .at("r1"), .at("4-1"), .at("nobody")] as [AccountQuery.Branch] {
                for choice in choices {
                    let starts: [ListingPlace?] = [nil, ("", ""), ("a", "1-1"), ("la", "1-1"), ("la", "z"), ("\u{10FFFF}\u{10FFFF}", "")]
                    for start in starts {
                        for ascending in [true, false] {
                            let query = AccountQuery(branch, choice, start: start, ascending: ascending)
                            let listed = try await list(query, store).map(\.id)
                            #expect(listed == expected(query, of: all), "\(query)")
                        }
                    }
                }
            }
        },
        Case("a tree follows new names and removals, and a visit ends when its visitor says so") { store in
            var all = try await grow(store)
            for (id, name) in [("r1", "zz"), ("4-1", "")] {
                let index = try #require(all.firstIndex { $0.id == id })
                all[index].name = name
                all[index].lookup = name.isEmpty ? nil : "l" + name
                let changed = all[index]
                try await store.write { try $0.update(changed) }
            }
            for (id, physically) in [("3-1", false), ("3-2", true)] {
                try await store.write { try $0.remove(documentID: id, at: now, physically: physically) }
                all.removeAll { $0.id == id }
            }
            for choice in [.all, .named("l"), .named("")] as [AccountQuery.Choice] {
                let query = AccountQuery(.at("r"), choice)
                let listed = try await list(query, store)
                #expect(listed.map(\.id) == expected(query, of: all))
                #expect(listed.first { $0.id == "r1" }?.name == "zz")
            }
            let visited = try await store.read { reader in
                var visited = 0
                try reader.accounts(AccountQuery(.at("r"))) { _ in
                    visited += 1
                    return visited < 3
                }
                return visited
            }
            #expect(visited == 3)
        },
    ]
}
