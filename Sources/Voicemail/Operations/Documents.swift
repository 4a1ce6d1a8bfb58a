/// A change to a document's attributes, as the two writing verbs mean it (KAZOO contract §2.15).
public enum AttributeChange: Sendable {
    /// What is not given goes.
    case replace(JSONObject)
    /// What is not given stays; null removes.
    case patch(JSONObject)

    /// The attributes as the change leaves them, before any rule is applied.
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
    /// Without the keys that clients may send but not set (contract §2.14): private ones and the id.
    public var withoutPrivateKeys: JSONObject {
        filter { key, _ in key != "id" && !key.hasPrefix("_") && !key.hasPrefix("pvt_") }
    }
}

/// One page of a listing of documents.
public struct DocumentPage: Sendable {
    public let items: [Document]
    /// Where the next page starts; nil on the last one.
    public let next: (name: String, id: String)?
}

extension VoicemailService {
    /// A document of one account.
    /// - Throws: `VoicemailError.notFound` also for a document of another kind or account.
    public func document(_ id: String, kind: DocumentKind, of account: Document) async throws -> Document {
        try await store.read { try Self.document(id, kind, account.id, $0) }
    }

    /// Documents in order of name, `limit` of those that `keep` lets pass; nil for all.
    public func documents(
        _ query: DocumentQuery, limit: Int?, keep: @escaping @Sendable (Document) -> Bool = { _ in true }
    ) async throws -> DocumentPage {
        try await store.read { reader in
            var items: [Document] = []
            var next: (name: String, id: String)?
            try reader.documents(query) { document in
                guard keep(document) else { return true }
                if let limit, items.count == limit {
                    next = (document.name, document.id)
                    return false
                }
                items.append(document)
                return true
            }
            return DocumentPage(items: items, next: next)
        }
    }

    /// Creates a document of a kind that has no rules of its own beyond its schema.
    public func createDocument(_ request: JSONObject, id: String?, kind: DocumentKind, schema: Schema, in account: Document) async throws -> Document {
        let (attributes, violations) = schema.apply(to: request.withoutPrivateKeys)
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
        let draft = Document(
            id: id ?? HexID.random(), kind: kind, accountID: account.id, name: attributes["name"]?.string ?? "", scope: account.id,
            attributes: attributes, created: clock.now)
        return try await store.write { writer in
            try Self.claimID(draft.id, writer)
            return try Self.add(draft, writer)
        }
    }

    public func changeDocument(_ id: String, _ change: AttributeChange, kind: DocumentKind, schema: Schema, in account: Document) async throws -> Document {
        let now = clock.now
        return try await store.write { writer in
            var document = try Self.document(id, kind, account.id, writer)
            let (attributes, violations) = schema.apply(to: change.applied(to: document.attributes))
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            document.attributes = attributes
            document.name = attributes["name"]?.string ?? ""
            return try Self.save(&document, writer, now)
        }
    }

    /// Removes a document and releases its audio.
    /// - Returns: the document as it was.
    public func removeDocument(_ id: String, kind: DocumentKind, in account: Document, physically: Bool = false) async throws -> Document {
        let now = clock.now
        return try await store.write { writer in
            let document = try Self.document(id, kind, account.id, writer)
            try Self.discard(document, writer, now, physically: physically)
            return document
        }
    }

    static func document(_ id: String, _ kind: DocumentKind, _ accountID: String, _ reader: any StoreReader) throws -> Document {
        guard let document = try reader.document(id: id), document.kind == kind, document.accountID == accountID else {
            throw VoicemailError.notFound(id: id)
        }
        return document
    }

    /// Refuses an id that a living document has; a removed one holds its id too, which `insert` finds out.
    static func claimID(_ id: String, _ reader: any StoreReader) throws {
        guard HexID.isValid(id) else {
            throw VoicemailError.invalid([Violation(["id"], .other(code: "pattern", message: "Failed to match pattern '^[0-9a-f]{32}$'", target: "^[0-9a-f]{32}$"), value: .string(id))])
        }
        if try reader.document(id: id) != nil { throw VoicemailError.conflict }
    }

    static func add(_ draft: Document, _ writer: any StoreWriter) throws -> Document {
        let stored: Document
        do { stored = try writer.insert(draft) } catch StoreError.conflict { throw VoicemailError.conflict }
        try writer.append(Event(kind: .documentCreated, accountID: stored.accountID, subjectID: stored.id, payload: ["type": .string(stored.kind.rawValue)], created: stored.created))
        return stored
    }

    static func save(_ document: inout Document, _ writer: any StoreWriter, _ now: Timestamp) throws -> Document {
        document.revision += 1
        document.modified = now
        try writer.update(document)
        try writer.append(Event(kind: .documentEdited, accountID: document.accountID, subjectID: document.id, payload: ["type": .string(document.kind.rawValue)], created: now))
        return document
    }

    static func discard(_ document: Document, _ writer: any StoreWriter, _ now: Timestamp, physically: Bool) throws {
        try writer.remove(documentID: document.id, at: now, physically: physically)
        if let blob = document.blobID { try writer.release(blob) }
        try writer.append(Event(kind: .documentDeleted, accountID: document.accountID, subjectID: document.id, payload: ["type": .string(document.kind.rawValue)], created: now))
    }
}
