import Waiting

/// Something that is not as it should be.
public enum Damage: Sendable, Hashable {
    /// A row names a blob that is not there.
    case missingBlob(BlobID)
    /// A blob has another size than its row says.
    case truncatedBlob(BlobID, expected: Int, found: Int)
    /// A blob has the size its row says, and other bytes.
    case alteredBlob(BlobID)
    /// A blob that is there and cannot be read: somebody else's file, no file at all, a bad place on the disk.
    case unreadableBlob(BlobID, reason: String)
    /// A blob that no row knows. The next start removes it.
    case orphanBlob(BlobID)

    /// The blob it is about.
    public var blob: BlobID {
        switch self {
        case .missingBlob(let id), .truncatedBlob(let id, _, _), .alteredBlob(let id), .unreadableBlob(let id, _), .orphanBlob(let id): id
        }
    }

    /// One line for people.
    public var description: String {
        switch self {
        case .missingBlob(let id): "missing blob \(id)"
        case .truncatedBlob(let id, let expected, let found): "truncated blob \(id): \(found) bytes of \(expected)"
        case .alteredBlob(let id): "altered blob \(id): its checksum differs"
        case .unreadableBlob(let id, let reason): "unreadable blob \(id): \(reason)"
        case .orphanBlob(let id): "orphan blob \(id): no row names it"
        }
    }
}

/// Damage with whom it concerns.
public struct DamagedAudio: Sendable, Hashable {
    public let damage: Damage
    public let holders: [NamedHolder]

    public init(_ damage: Damage, of holders: [NamedHolder]) {
        self.damage = damage
        self.holders = holders
    }

    /// One line for people.
    public var description: String {
        damage.description + (holders.isEmpty ? "" : "; it belongs to " + holders.map(\.description).joined(separator: ", "))
    }
}

extension VoicemailStore {
    /// Looks up whom damage concerns.
    public func damaged(_ damage: Damage) async throws -> DamagedAudio {
        DamagedAudio(
            damage,
            of: try await read { reader in
                try reader.holders(of: damage.blob, limit: DamagedAudio.mostHolders).map { try NamedHolder($0, in: reader) }
            })
    }
}

extension DamagedAudio {
    /// Copies of a message share their audio; so many are named.
    fileprivate static let mostHolders = 20
}

extension Housekeeping {
    /// Compares every blob with its row, byte for byte by checksum, and finds blobs without a row.
    /// - Parameters:
    ///   - progress: told how many blobs were looked at.
    ///   - arriving: told of each blob without a row that is so young that it may be about to get one.
    public func verifyArchive(
        progress: @Sendable (Int) -> Void = { _ in }, arriving: @Sendable (BlobID) async -> Void = { _ in },
        found: @Sendable (Damage) async throws -> Void
    ) async throws {
        var checked = 0
        var last: BlobID?
        repeat {
            let after = last
            let records = try await store.read { try $0.blobs(after: after, limit: Self.verificationBatch) }
            for damage in try await damages(among: records, looked: { progress(checked + $0) }) { try await found(damage) }
            checked += records.count
            last = records.last?.blob.id
        } while last != nil
        try await eachUnnamed { _, size in
            // Empty ones were prepared for deposits that never came.
            size > 0
        } visit: { id, age in
            switch age {
            case .young: await arriving(id)
            case .old: try await found(.orphanBlob(id))
            }
        }
    }

    private static let verificationBatch = 500
    /// Pieces that are read at once: one after the other would mostly wait for a bucket's answers.
    private static let verifiedAtOnce = 4

    /// In the records' order.
    /// - Parameter looked: told of how many it is known.
    private func damages(among records: [BlobRecord], looked: (Int) -> Void) async throws -> [Damage] {
        var damages: [(Int, Damage)] = [], count = 0
        try await forEach(of: records.enumerated(), atOnce: Self.verifiedAtOnce) { place, record in
            (place, try await damage(of: record))
        } then: { place, damage in
            count += 1
            looked(count)
            if let damage { damages.append((place, damage)) }
        }
        return damages.sorted { $0.0 < $1.0 }.map(\.1)
    }

    private func damage(of record: BlobRecord) async throws -> Damage? {
        let id = record.blob.id
        do {
            let actual = try await archive.digest(of: id)
            if actual.size != record.blob.size { return .truncatedBlob(id, expected: record.blob.size, found: actual.size) }
            return actual.sha256 == record.blob.sha256 ? nil : .alteredBlob(id)
        } catch ArchiveError.missing {
            return .missingBlob(id)
        } catch ArchiveError.failed(let reason) {
            return .unreadableBlob(id, reason: reason)
        }
    }
}
