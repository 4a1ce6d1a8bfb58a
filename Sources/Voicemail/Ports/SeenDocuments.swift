/// What somebody has seen of an account's documents, so that he can ask later whether it still holds.
struct SeenDocuments: Sendable, Hashable {
    let accountID: String
    fileprivate let changes: [DocumentKind: Int]
}

extension StoreReader {
    /// Notes what is read of these kinds in the same read.
    func seen(_ kinds: Set<DocumentKind>, of accountID: String) throws -> SeenDocuments {
        SeenDocuments(
            accountID: accountID,
            changes: Dictionary(uniqueKeysWithValues: try kinds.map { ($0, try documentChanges(kind: $0, accountID: accountID)) }))
    }

    /// Whether nothing of it was added, changed or removed since.
    func stillHolds(_ seen: SeenDocuments) throws -> Bool {
        try seen.changes.allSatisfy { try documentChanges(kind: $0.key, accountID: seen.accountID) == $0.value }
    }
}
