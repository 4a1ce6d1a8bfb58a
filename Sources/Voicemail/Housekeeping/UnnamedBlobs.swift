extension Housekeeping {
    /// Seconds after which audio without a row is nobody's: its row is written some seconds after its last byte, whatever process and
    /// machine it is that writes.
    static let orphanAge = 3600

    /// How long ago a blob was written that has no row.
    enum UnnamedAge {
        /// It may be about to get one.
        case young
        case old
    }

    /// Visits what the archive has and no row names. The store is asked for a batch of blobs at once: an archive has millions.
    /// - Parameter isMeant: asked of each that is listed, with its size in bytes; whether it is to be looked for.
    func eachUnnamed(
        where isMeant: @Sendable (BlobID, Int) async throws -> Bool, visit: @Sendable (BlobID, UnnamedAge) async throws -> Void
    ) async throws {
        let listed = BlobBatch(of: Self.housekeepingBatch)
        try await archive.list { id, size in
            try Task.checkCancellation()
            guard try await isMeant(id, size), let batch = await listed.add(id) else { return }
            try await eachUnnamed(of: batch, visit)
        }
        try await eachUnnamed(of: await listed.take(), visit)
    }

    private func eachUnnamed(of ids: [BlobID], _ visit: @Sendable (BlobID, UnnamedAge) async throws -> Void) async throws {
        guard !ids.isEmpty else { return }
        // Not the service's clock: files know the machine's. It is read before the rows are: what had no row then is judged by its age then, however
        // long it takes until the archive has answered for the whole batch.
        let now = SystemClock().now
        // The store first, as nearly all have a row: asking an archive may be a request to another machine.
        let named = try await store.read { Set(try $0.blobs(ids: Set(ids)).map(\.blob.id)) }
        let age = max(Self.orphanAge, limits.audioRecoveryHours * 3600)
        for id in ids where !named.contains(id) {
            try Task.checkCancellation()
            guard let written = try await archive.written(id) else { continue }
            try await visit(id, written.advanced(by: age) < now ? .old : .young)
        }
    }
}

/// Gathers blobs until there are enough to ask for.
private actor BlobBatch {
    private let size: Int
    private var ids: [BlobID] = []

    init(of size: Int) { self.size = size }

    /// - Returns: all that were gathered, where this one fills the batch; another one begins then.
    func add(_ id: BlobID) -> [BlobID]? {
        ids.append(id)
        return ids.count < size ? nil : take()
    }

    /// Takes what there is.
    func take() -> [BlobID] {
        defer { ids = [] }
        return ids
    }
}
