import Logging

/// A blob that is to be removed.
public struct GarbageBlob: Sendable, Hashable {
    public let id: BlobID
    /// How often it was put off: for the time that a database can be taken back, and each time that removing it has failed.
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
    /// stays marked and is tried again later, each time after a longer pause. Where the database may be set back to an earlier state
    /// (`Limits.audioRecoveryHours`), each is kept for that long after it was first found here, so that the rows of that state find their audio.
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
        let kept = limits.audioRecoveryHours * 3600
        var removed: [BlobID] = [], failed: [GarbageBlob] = [], waiting: [BlobID] = []
        for blob in batch where !Task.isCancelled {
            guard kept == 0 || blob.failures > 0 else {
                waiting.append(blob.id)
                continue
            }
            do {
                try await archive.remove(blob.id)
                try await codec.forget(blob.id)
                removed.append(blob.id)
            } catch {
                failed.append(blob)
                logger.error("a blob that nothing names could not be removed", metadata: ["blob": "\(blob.id)", "error": "\(error)"])
            }
        }
        try await store.write { [removed, failed, waiting] writer in
            try writer.forget(removed)
            for id in waiting { try writer.postponeRemoval(of: id, until: now.advanced(by: kept)) }
            for blob in failed { try writer.postponeRemoval(of: blob.id, until: now.advanced(by: blob.delay)) }
        }
        return batch.count == Self.housekeepingBatch
    }

    /// Removes blobs that no row knows: what a crash left between the archive and the commit. Others may store audio meanwhile. One that
    /// cannot be removed is logged and left to the next time.
    /// - Parameter confirm: asked before each is removed; what it throws ends the search.
    /// - Returns: how many were removed.
    public func removeOrphans(confirm: @Sendable () async throws -> Void = {}) async throws -> Int {
        // Of another installation's audio no row is here.
        try await archive.confirmOwner()
        let orphans = OrphanList()
        try await eachUnnamed { id, size in
            // An empty file was prepared for a message that never came, and no process holds it any more.
            guard size == 0, archive.hidesUntilLetGo else { return true }
            await orphans.add(id)
            return false
        } visit: { id, age in
            if age == .old { await orphans.add(id) }
        }
        let ids = await orphans.ids
        // To list an archive takes a while: whose it is, whose turn this is and what rows there are is asked again.
        if !ids.isEmpty { try await archive.confirmOwner() }
        var count = 0
        for id in ids {
            try await confirm()
            try Task.checkCancellation()
            do {
                guard try await store.read({ try $0.blob(id: id) }) == nil else { continue }
                try await archive.remove(id)
                count += 1
            } catch let error as CancellationError {
                throw error
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
