/// What somebody has seen of an account's documents. While it is seen again, nothing of them was added, changed or removed.
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
}
