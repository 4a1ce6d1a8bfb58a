extension VoicemailService {
    /// Accounts that people mean by an id, a realm or a name; more than one only where a name is not unique, and then not all.
    public func accounts(named reference: String) async throws -> [Document] {
        let name = Self.comparableName(reference)
        return try await store.read { reader in
            if let account = try reader.document(id: reference), account.kind == .account { return [account] }
            if let account = try reader.document(kind: .account, scope: "", key: reference.lowercased()) { return [account] }
            return name.isEmpty ? [] : try reader.documents(kind: .account, lookup: name, limit: 2)
        }
    }

    /// Creates an account below `parent`, or a root when there is none.
    /// - Throws: `VoicemailError.invalid`, `.conflict` for an id that exists.
    public func createAccount(_ request: JSONObject, id: String? = nil, below parent: Document?, superduperAdmin: Bool = false) async throws -> Document {
        let lineage = parent.map { $0.lineage + [$0.id] } ?? []
        guard lineage.count < limits.maximumAccountDepth else { throw VoicemailError.forbidden }
        var (attributes, violations) = Schema.account.apply(to: request.withoutPrivateKeys)
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
        let id = id ?? HexID.random()
        // Longer ones for the case that somebody has the first already.
        let madeUp = attributes["realm"] == nil ? [6, 12, 32].map { "\(id.prefix($0)).sip.aftertone.invalid" } : []
        if let first = madeUp.first { attributes["realm"] = .string(first) }
        let now = clock.now
        let draft = Document(
            id: id, kind: .account, accountID: id, name: attributes["name"]?.string ?? "", key: attributes["realm"]?.string?.lowercased(),
            scope: "", lookup: Self.comparableName(attributes["name"]?.string ?? ""), ownerID: lineage.last, attributes: attributes,
            hidden: ["lineage": JSON(lineage), "superduper_admin": .bool(superduperAdmin), "salt": .string(HexID.random())], created: now)
        return try await store.write { writer in
            try Self.claimID(id, writer)
            var draft = draft
            if let free = try madeUp.first(where: { try writer.document(kind: .account, scope: "", key: $0) == nil }) {
                draft.attributes["realm"] = .string(free)
                draft.key = free
            }
            try Self.claimRealm(of: draft, writer)
            let stored = try writer.insert(draft)
            try writer.append(Event(kind: .documentCreated, accountID: id, subjectID: id, payload: ["type": "account"], created: now))
            return stored
        }
    }

    /// Replaces or patches an account's attributes.
    public func changeAccount(_ id: String, _ change: AttributeChange) async throws -> Document {
        let now = clock.now
        return try await store.write { writer in
            guard var account = try writer.document(id: id), account.kind == .account else { throw VoicemailError.notFound(id: id) }
            var merged = change.applied(to: account.attributes)
            if merged["realm"] == nil { merged["realm"] = account.attributes["realm"] }
            let (attributes, violations) = Schema.account.apply(to: merged)
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            account.attributes = attributes
            account.name = attributes["name"]?.string ?? ""
            account.key = attributes["realm"]?.string?.lowercased()
            account.lookup = Self.comparableName(account.name)
            try Self.claimRealm(of: account, writer)
            return try Self.save(&account, writer, now)
        }
    }

    /// Removes an account with everything in it. An account that has others below it is kept.
    ///
    /// The account goes first, in one transaction: from then on nobody gets at what was in it. That goes in batches, so that a large
    /// account holds nobody up; what a crash leaves of it is removed by `sweep`.
    public func removeAccount(_ id: String) async throws -> Document {
        let now = clock.now
        let account = try await store.write { writer in
            guard let account = try writer.document(id: id), account.kind == .account else { throw VoicemailError.notFound(id: id) }
            var hasChildren = false
            try writer.documents(DocumentQuery(kind: .account, ownerID: id)) { _ in
                hasChildren = true
                return false
            }
            guard !hasChildren else { throw VoicemailError.conflict }
            try writer.remove(documentID: id, at: now, physically: false)
            try writer.removeSessions(accountID: id, userID: nil, credentialID: nil)
            try writer.append(Event(kind: .documentDeleted, accountID: id, subjectID: id, payload: ["type": "account"], created: now))
            return account
        }
        try await removeContents(of: id)
        return account
    }

    func removeContents(of accountID: String) async throws {
        let now = clock.now
        try await repeatedly { try $0.removeContents(accountID: accountID, at: now, limit: $1) }
    }

    /// Accounts by id, in the order asked; unknown ones are left out.
    public func accounts(_ ids: [String]) async throws -> [Document] {
        try await store.read { reader in
            try ids.compactMap { try reader.document(id: $0) }.filter { $0.kind == .account }
        }
    }

    /// Accounts of a tree: what `item` takes from each, at most `limit` times; nil leaves one out.
    public func accounts<Item: Sendable>(
        _ query: AccountQuery, limit: Int, item: @escaping @Sendable (Document) -> Item?
    ) async throws -> ListingPage<Item> {
        try await store.read { reader in
            var builder = ListingPageBuilder<Item>(limit: limit)
            try reader.accounts(query) { account in builder.add(at: query.place(of: account)) { item(account) } }
            return builder.page
        }
    }

    /// What a search for a name visits: accounts at or below `root` whose comparable name begins with it.
    public static func search(below root: Document, name: String, start: ListingPlace? = nil) -> AccountQuery {
        AccountQuery(.at(root.id), .named(comparableName(name)), start: start)
    }

    /// A name as logins compare it: lower-case letters and digits (KAZOO contract §3.2).
    public static func comparableName(_ name: String) -> String {
        String(name.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil })
    }

    private static func claimRealm(of account: Document, _ reader: any StoreReader) throws {
        guard let key = account.key, let holder = try reader.document(kind: .account, scope: "", key: key), holder.id != account.id else { return }
        throw VoicemailError.invalid([Violation(["realm"], .unique, value: account.attributes["realm"])])
    }
}
