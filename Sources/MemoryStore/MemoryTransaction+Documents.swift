import Voicemail

extension MemoryTransaction {
    private func living() throws -> [StoredDocument] { try all().documents.filter { $0.removedAt == nil }.map(\.thing) }

    func document(id: String, attributes: Set<String>?) throws -> StoredDocument? {
        try living().first { $0.id.isSame(as: id) }?.reading(attributes)
    }

    func document(serial: Int, attributes: Set<String>?) throws -> StoredDocument? {
        try living().first { $0.serial == serial }?.reading(attributes)
    }

    func document(kind: DocumentKind, scope: String, key: String, attributes: Set<String>?) throws -> StoredDocument? {
        try living().first { $0.kind == kind && $0.scope.isSame(as: scope) && key.isSame(as: $0.key) }?.reading(attributes)
    }

    func documents(ids: [String], attributes: Set<String>?) throws -> [StoredDocument] {
        try ids.compactMap { try document(id: $0, attributes: attributes) }
    }

    func documents(serials: [Int], attributes: Set<String>?) throws -> [StoredDocument] {
        try serials.compactMap { try document(serial: $0, attributes: attributes) }
    }

    func documents(kind: DocumentKind, scope: String, keys: [String], attributes: Set<String>?) throws -> [StoredDocument] {
        try keys.compactMap { try document(kind: kind, scope: scope, key: $0, attributes: attributes) }
    }

    func labels(kind: DocumentKind, accountID: String, lookup: String?) throws -> [LabelledDocument] {
        try living().filter { $0.kind == kind && $0.accountID.isSame(as: accountID) && $0.lookup.isSame(as: lookup) }.compactMap { document in
            document.label.map { LabelledDocument(id: document.id, serial: document.serial, label: $0) }
        }
    }

    func documentCount(kind: DocumentKind, accountID: String, hasLookup: Bool) throws -> Int {
        try living().count { $0.kind == kind && $0.accountID.isSame(as: accountID) && ($0.lookup != nil) == hasLookup }
    }

    func documentChanges(kind: DocumentKind, accountID: String) throws -> Int {
        try all().changes[Rows.DocumentSet(kind: kind, accountID: accountID)] ?? 0
    }

    func documents(kind: DocumentKind, lookup: String, _ visit: (StoredDocument) throws -> Bool) throws {
        try show(try living().filter { $0.kind == kind && lookup.isSame(as: $0.lookup) }, visit)
    }

    func documents(_ query: DocumentQuery, _ visit: (StoredDocument) throws -> Bool) throws {
        let found = try living().filter { document in
            document.kind == query.kind && query.accountID.map { document.accountID.isSame(as: $0) } ?? true
                && query.ownerID.map { $0.isSame(as: document.ownerID) } ?? true
        }
        try show(Self.listed(found, query.start, query.ascending) { ($0.name, $0.id) }.map { $0.reading(query.attributes) }, visit)
    }

    func accounts(_ query: AccountQuery, _ visit: (StoredDocument) throws -> Bool) throws {
        let found = try living().filter { document in
            guard document.kind == .account else { return false }
            let lineage = document.hidden["lineage"]?.array?.compactMap(\.string) ?? []
            switch query.branch {
            case .roots: guard lineage.isEmpty else { return false }
            case .at(let id): guard document.id.isSame(as: id) || lineage.contains(where: { $0.isSame(as: id) }) else { return false }
            }
            guard case .named(let beginning) = query.choice else { return true }
            return (document.lookup ?? "").utf8.starts(with: beginning.utf8)
        }
        try show(Self.listed(found, query.start, query.ascending) { query.choice == .all ? ($0.name, $0.id) : ($0.lookup ?? "", $0.id) }, visit)
    }

    func removedAccounts() throws -> [String] { try all().documents.filter { $0.removedAt != nil && $0.thing.kind == .account }.map(\.thing.id) }

    /// In order, from a place on, which is the first.
    private static func listed(
        _ documents: [StoredDocument], _ start: ListingPlace?, _ ascending: Bool, _ place: (StoredDocument) -> ListingPlace
    ) -> [StoredDocument] {
        let sorted = documents.sorted { precedes(place($0), place($1)) }
        let inOrder = ascending ? sorted : sorted.reversed()
        guard let start else { return inOrder }
        return inOrder.filter { ascending ? !precedes(place($0), start) : !precedes(start, place($0)) }
    }

    // MARK: Changing

    func insert(_ document: StoredDocument) throws -> StoredDocument {
        guard try !all().documents.contains(where: { $0.thing.id.isSame(as: document.id) }) else { throw StoreError.conflict }
        try claimKey(of: document)
        try requireBlob(document.blobID)
        var stored = document
        stored.serial = try change { $0.nextSerial() }
        try change { [stored] in $0.documents.append(.init(thing: stored)) }
        try note(stored)
        return stored
    }

    func update(_ document: StoredDocument) throws {
        guard !document.isPartial else { throw StoreError.failed("a part of a document is not stored in its place") }
        guard let index = try all().documents.firstIndex(where: { $0.removedAt == nil && $0.thing.id.isSame(as: document.id) }) else {
            throw StoreError.failed("no such row to change")
        }
        try claimKey(of: document)
        try requireBlob(document.blobID)
        let old = try all().documents[index].thing
        var changed = document
        changed.serial = old.serial
        try change { [changed] in $0.documents[index].thing = changed }
        try note(old)
        try note(changed)
    }

    func restore(_ document: StoredDocument) throws {
        guard let index = try all().documents.firstIndex(where: { $0.removedAt != nil && $0.thing.id.isSame(as: document.id) }) else {
            throw StoreError.failed("no such row to change")
        }
        try claimKey(of: document)
        try change { $0.documents[index].removedAt = nil }
        try update(document)
    }

    private func removedDocuments() throws -> [RemovedDocument] {
        try all().documents.compactMap { row in row.removedAt.map { RemovedDocument(document: row.thing, removed: $0) } }
    }

    func removedDocument(id: String) throws -> RemovedDocument? { try removedDocuments().first { $0.document.id.isSame(as: id) } }

    func removedDocuments(kind: DocumentKind, accountID: String, start: MessagePosition?, _ visit: (RemovedDocument) throws -> Bool) throws {
        let found = try removedDocuments().filter { removed in
            removed.document.kind == kind && removed.document.accountID.isSame(as: accountID) && start.map { removed.position <= $0 } ?? true
        }
        try show(found.sorted { $1.position < $0.position }, visit)
    }

    func remove(documentID: String, at: Timestamp, physically: Bool) throws {
        guard let index = try all().documents.firstIndex(where: { $0.thing.id.isSame(as: documentID) }) else { return }
        let row = try all().documents[index]
        if physically {
            try change { _ = $0.documents.remove(at: index) }
        } else if row.removedAt == nil {
            try change { $0.documents[index].removedAt = at }
        }
        if row.removedAt == nil { try note(row.thing) }
    }

    private func claimKey(of document: StoredDocument) throws {
        guard let key = document.key else { return }
        let holder = try self.document(kind: document.kind, scope: document.scope, key: key)
        guard holder == nil || document.id.isSame(as: holder?.id) else { throw StoreError.conflict }
    }

    private func note(_ document: StoredDocument) throws {
        try change { $0.changes[Rows.DocumentSet(kind: document.kind, accountID: document.accountID), default: 0] += 1 }
    }
}
