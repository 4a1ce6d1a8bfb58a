/// Something that is not as it should be.
public enum Damage: Sendable, Hashable {
    /// A row names a blob that is not there.
    case missingBlob(BlobID)
    /// A blob has another size than its row says.
    case truncatedBlob(BlobID, expected: Int, found: Int)
    /// A blob has the size its row says, and other bytes.
    case alteredBlob(BlobID)
    /// A blob that no row knows. The next start removes it.
    case orphanBlob(BlobID)

    /// One line for people.
    public var description: String {
        switch self {
        case .missingBlob(let id): "missing blob \(id)"
        case .truncatedBlob(let id, let expected, let found): "truncated blob \(id): \(found) bytes of \(expected)"
        case .alteredBlob(let id): "altered blob \(id): its checksum differs"
        case .orphanBlob(let id): "orphan blob \(id): no row names it"
        }
    }
}

extension VoicemailService {
    /// Compares every blob with its row, byte for byte by checksum, and finds blobs without a row.
    /// - Parameter progress: told how many blobs were looked at.
    public func verifyArchive(progress: @Sendable (Int) -> Void = { _ in }, found: @Sendable (Damage) async -> Void) async throws {
        var checked = 0
        var last: BlobID?
        repeat {
            let after = last
            let records = try await store.read { try $0.blobs(after: after, limit: Self.verificationBatch) }
            for record in records {
                if let damage = try await damage(of: record) { await found(damage) }
                checked += 1
                progress(checked)
            }
            last = records.last?.blob.id
        } while last != nil
        try await archive.list { id, _ in
            if try await store.read({ try $0.blob(id: id) }) == nil { await found(.orphanBlob(id)) }
        }
    }

    private static let verificationBatch = 500

    private func damage(of record: BlobRecord) async throws -> Damage? {
        let id = record.blob.id
        do {
            let actual = try await archive.digest(of: id)
            if actual.size != record.blob.size { return .truncatedBlob(id, expected: record.blob.size, found: actual.size) }
            return actual.sha256 == record.blob.sha256 ? nil : .alteredBlob(id)
        } catch ArchiveError.missing {
            return .missingBlob(id)
        }
    }
}
