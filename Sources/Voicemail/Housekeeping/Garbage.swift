import Logging

/// A blob that is to be removed.
public struct GarbageBlob: Sendable, Hashable {
    public let id: BlobID
    /// How often removing it has failed.
    public let failures: Int

    public init(id: BlobID, failures: Int) {
        self.id = id
        self.failures = failures
    }

    /// Seconds until the next attempt after another failure: a minute, doubled each time, six hours at most.
    var delay: Int { min(60 << min(failures, 20), 6 * 3600) }
}

extension Housekeeping {
    /// Removes blobs that no row names any more, and their renderings. One that cannot be removed holds up no other: it is logged,
    /// stays marked and is tried again later, each time after a longer pause.
    public func collectGarbage() async {
        do {
            while try await collectBatch(dueAt: clock.now), !Task.isCancelled {}
        } catch {
            logger.error("blobs that nothing names could not be removed", metadata: ["error": "\(error)"])
        }
    }

    /// - Returns: whether there may be more.
    private func collectBatch(dueAt now: Timestamp) async throws -> Bool {
        let batch = try await store.read { try $0.garbage(dueAt: now, limit: Self.housekeepingBatch) }
        guard !batch.isEmpty else { return false }
        var removed: [BlobID] = [], failed: [GarbageBlob] = []
        for blob in batch where !Task.isCancelled {
            do {
                try await archive.remove(blob.id)
                try await codec.forget(blob.id)
                removed.append(blob.id)
            } catch {
                failed.append(blob)
                logger.error("a blob that nothing names could not be removed", metadata: ["blob": "\(blob.id)", "error": "\(error)"])
            }
        }
        try await store.write { [removed, failed] writer in
            try writer.forget(removed)
            for blob in failed { try writer.postponeRemoval(of: blob.id, until: now.advanced(by: blob.delay)) }
        }
        return batch.count == Self.housekeepingBatch
    }

    /// Removes blobs that no row knows: what a crash left between the archive and the commit. Only while nobody stores audio, so before
    /// the server listens. One that cannot be removed is logged and left to the next start.
    /// - Returns: how many were removed.
    public func removeOrphans() async throws -> Int {
        let orphans = OrphanList()
        try await archive.list { id, _ in
            if try await store.read({ try $0.blob(id: id) }) == nil { await orphans.add(id) }
        }
        var count = 0
        for id in await orphans.ids {
            do {
                try await archive.remove(id)
                count += 1
            } catch {
                logger.error("a blob that no row names could not be removed", metadata: ["blob": "\(id)", "error": "\(error)"])
            }
        }
        return count
    }
}

private actor OrphanList {
    private(set) var ids: [BlobID] = []

    func add(_ id: BlobID) { ids.append(id) }
}
