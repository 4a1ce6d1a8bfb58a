import Waiting

extension Accounts {
    /// Accounts that people mean by an id, a realm or a name; more than one only where a name is not unique, and then not all.
    public func list(named reference: String) async throws -> [Account] {
        try await store.read { try $0.accounts(named: reference) }
    }

    /// The account of a realm, in whatever case.
    public func find(realm: String) async throws -> Account? { try await store.read { try $0.account(realm: realm) } }

    /// The account of a server that has only one; nil where there are none or several.
    public func only() async throws -> Account? {
        let page = try await list(below: nil, ListingRange(limit: 2)) { $0 }
        return page.items.count == 1 ? page.items[0] : nil
    }

    /// Creates an account below `parent`, or a root when there is none.
    /// - Parameter hasOwnName: whether a name is refused that means another account already.
    /// - Throws: `VoicemailError.invalid`, `.conflict` for an id that exists, `.notFound` for a parent that was removed.
    public func create(
        _ request: JSONObject, id: String? = nil, below parent: Account?, actsOnAllAccounts: Bool = false, hasOwnName: Bool = false
    ) async throws -> Account {
        let lineage = parent.map { $0.lineage + [$0.id] } ?? []
        guard lineage.count < limits.maximumAccountDepth else { throw VoicemailError.forbidden }
        let (attributes, violations) = try limits.checked(request.withoutPrivateKeys, by: Schema.account)
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
        let id = id ?? HexID.random()
        // Longer ones for the case that somebody has the first already.
        let madeUp = attributes["realm"] == nil ? [6, 12, 32].map { Account.madeUpRealm(of: id, digits: $0) } : []
        let now = clock.now
        let planned = attributes
        return try await store.write { writer in
            // It may have been removed since it was looked up.
            if let parent, try writer.account(id: parent.id) == nil { throw VoicemailError.notFound(id: parent.id) }
            var attributes = planned
            if let free = try madeUp.first(where: { try writer.account(realm: $0) == nil }) { attributes["realm"] = .string(free) }
            var draft = Account(id: id, below: lineage, actsOnAllAccounts: actsOnAllAccounts, at: now)
            draft.describe(attributes)
            try writer.requireFreeRealm(of: draft)
            if hasOwnName, try !writer.accounts(named: draft.name).isEmpty {
                throw VoicemailError.invalid([Violation(.name, .unique, value: .string(draft.name))])
            }
            return try writer.add(draft)
        }
    }

    /// Replaces or patches an account's attributes.
    public func change(_ id: String, _ change: AttributeChange) async throws -> Account {
        let now = clock.now
        return try await store.write { writer in
            guard var account = try writer.account(id: id) else { throw VoicemailError.notFound(id: id) }
            var merged = change.applied(to: account.stored.attributes)
            if merged["realm"] == nil { merged["realm"] = account.stored.attributes["realm"] }
            let (attributes, violations) = try limits.checked(merged, by: Schema.account, before: account.stored.attributes)
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            account.describe(attributes)
            try writer.requireFreeRealm(of: account)
            return try writer.save(account, at: now)
        }
    }

    /// Removes an account with everything in it. An account that has others below it is kept.
    ///
    /// The account goes first, in one transaction: from then on nobody gets at what was in it. That goes in batches, so that a large
    /// account holds nobody up; what a crash leaves of it is removed by `sweep`.
    /// - Throws: `VoicemailError.held` when anything in it is held.
    public func remove(_ id: String) async throws -> Account {
        defer { garbageBell.ring() }
        let now = clock.now
        let account = try await store.write { writer in
            guard let account = try writer.account(id: id) else { throw VoicemailError.notFound(id: id) }
            var hasChildren = false
            try writer.documents(DocumentQuery(kind: .account, ownerID: id)) { _ in
                hasChildren = true
                return false
            }
            guard !hasChildren else { throw VoicemailError.conflict }
            guard try !writer.hasHolds(accountID: id) else { throw VoicemailError.held(id: id) }
            try writer.removeTickets(accountID: id, userID: nil, credentialID: nil)
            try writer.discard(account, at: now)
            return account
        }
        try await removeContents(of: id)
        return account
    }

    func removeContents(of accountID: String) async throws {
        let now = clock.now
        try await service.housekeeping.repeatedly { try $0.removeContents(accountID: accountID, at: now, limit: $1) }
    }

    /// Accounts by id, in the order asked; unknown ones are left out.
    public func list(_ ids: [String]) async throws -> [Account] {
        try await store.read { try $0.documents(ids: ids, attributes: nil).compactMap { Account($0) } }
    }

    /// Accounts of a tree: what `item` takes from each, at most `limit` times; nil leaves one out.
    public func list<Item: Sendable>(
        _ query: AccountQuery, limit: Int, item: @escaping @Sendable (Account) -> Item?
    ) async throws -> ListingPage<Item> {
        try await store.read { reader in
            var builder = ListingPageBuilder<Item>(limit: limit)
            try reader.accounts(query) { document in builder.add(at: query.place(of: document)) { item(Account(stored: document)) } }
            return builder.page
        }
    }

    /// Accounts right below one, or with nil all there are, in order of name.
    public func list<Item: Sendable>(
        below parentID: String?, _ range: ListingRange, item: @escaping @Sendable (Account) -> Item?
    ) async throws -> ListingPage<Item> {
        try await pageStored(ownerID: parentID, range, item: item)
    }

    /// What a search for a name visits: accounts at or below `root` whose comparable name begins with it.
    public static func search(below root: Account, name: String, start: ListingPlace? = nil) -> AccountQuery {
        AccountQuery(.at(root.id), .named(comparableName(name)), start: start)
    }

    /// A name as logins compare it: lower-case letters and digits (K§3.2).
    public static func comparableName(_ name: String) -> String {
        String(name.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil })
    }
}

extension StoreReader {
    /// As `Accounts.list(named:)`, within a transaction.
    public func accounts(named reference: String) throws -> [Account] {
        if let account = try account(id: reference) { return [account] }
        if let account = try account(realm: reference) { return [account] }
        let name = Accounts.comparableName(reference)
        return name.isEmpty ? [] : try accounts(called: name, limit: 2)
    }

    /// - Throws: `VoicemailError.invalid` when another account has the realm.
    func requireFreeRealm(of account: Account) throws {
        guard let holder = try self.account(realm: account.realm), holder.id != account.id else { return }
        throw VoicemailError.invalid([Violation(.realm, .unique, value: .string(account.realm))])
    }
}
