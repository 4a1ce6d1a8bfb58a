import Logging

extension Housekeeping {
    /// Records read at a time.
    private static let measuringBatch = 100

    /// Measures stored audio whose length nobody knows yet, one piece after the other, and gives what carries it its length. What is left to
    /// do stands in the store, so that a restart goes on with it.
    /// - Parameter failures: audio that could not be measured is added, and passed over while it is in there, so that it holds up none
    ///   behind it.
    public func measureLeftovers(except failures: inout Set<BlobID>) async throws {
        var last: BlobID?
        repeat {
            let after = last
            let records = try await store.read { try $0.unmeasuredBlobs(after: after, limit: Self.measuringBatch) }
            for record in records where !failures.contains(record.blob.id) {
                do {
                    try await measureLate(record)
                } catch let error as CancellationError {
                    throw error
                } catch {
                    failures.insert(record.blob.id)
                    logger.error("audio could not be measured", metadata: ["blob": "\(record.blob.id)", "error": "\(error)"])
                }
            }
            last = records.last?.blob.id
        } while last != nil
    }

    private func measureLate(_ record: BlobRecord) async throws {
        let reader = try await service.renditions.open(record.blob.id, size: record.blob.size)
        // The path is only good while the reader lives.
        defer { withExtendedLifetime(reader) {} }
        let facts: AudioFacts?
        do {
            guard let found = try await codec.measure(.file(path: reader.path), for: "", .background).facts else {
                throw AudioError.overloaded("measuring the audio takes too long")
            }
            facts = found
        } catch AudioError.undecodable, AudioError.tooLong {
            facts = nil
        }
        let now = clock.now
        try await store.write { try Self.settle(record.blob.id, facts, $0, now) }
        BlobRecord(blob: record.blob, facts: facts).logIfIncomplete(logger, fileName: "")
        if facts == nil { logger.warning("no decoder accepts audio that was stored unmeasured", metadata: ["blob": "\(record.blob.id)"]) }
    }

    /// Writes down what decoding says, and the length where nobody gave one.
    private static func settle(_ blob: BlobID, _ facts: AudioFacts?, _ writer: any StoreWriter, _ now: Timestamp) throws {
        try writer.setFacts(facts, ofBlob: blob)
        guard let facts else { return }
        for var message in try writer.messages(ofBlob: blob) where message.lengthMilliseconds == Messages.unmeasuredLength {
            message.lengthMilliseconds = facts.durationMilliseconds
            try Messages.save(&message, writer, now)
        }
        try writer.setDuration(facts.durationMilliseconds, ofUnmeasuredRecordingsOf: blob)
    }
}
