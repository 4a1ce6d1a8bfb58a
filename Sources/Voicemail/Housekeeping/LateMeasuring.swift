import Logging

extension Housekeeping {
    /// Records read at a time.
    private static let measuringBatch = 100

    /// Measures stored audio whose length nobody knows yet, one piece after the other, and gives what carries it its length. What is left to
    /// do stands in the store, so that a restart goes on with it.
    /// - Parameter passedOver: audio that could not be measured, or takes long, is added, and passed over while it is in there, so that it
    ///   holds up none behind it.
    /// - Parameter putOff: is given what takes long, for `measureAtLeisure`.
    public func measureLeftovers(except passedOver: inout Set<BlobID>, putOff: (BlobRecord) -> Void = { _ in }) async throws {
        var last: BlobID?
        repeat {
            let after = last
            let records = try await store.read { try $0.unmeasuredBlobs(after: after, limit: Self.measuringBatch) }
            for record in records where !passedOver.contains(record.blob.id) {
                switch try await measureLate(record, .short) {
                case .done, .busy: continue
                case .failed: break
                case .takesLonger: putOff(record)
                }
                passedOver.insert(record.blob.id)
            }
            last = records.last?.blob.id
        } while last != nil
    }

    /// Measures audio that takes long, if it is still there and nobody has.
    public func measureAtLeisure(_ record: BlobRecord) async throws {
        guard try await store.read({ try $0.blob(id: record.blob.id) })?.unmeasured != nil else { return }
        switch try await measureLate(record, .background) {
        case .done, .failed: return
        case .takesLonger, .busy: logger.error("measuring audio takes too long", metadata: ["blob": "\(record.blob.id)"])
        }
    }

    private enum LateOutcome {
        case done, failed, takesLonger
        /// Too many wait for the decoders; another time it may be measured.
        case busy
    }

    /// - Throws: `CancellationError`.
    private func measureLate(_ record: BlobRecord, _ patience: MeasuringPatience) async throws -> LateOutcome {
        do {
            return try await settle(record, patience) ? .done : .takesLonger
        } catch let error as CancellationError {
            throw error
        } catch AudioError.overloaded {
            return .busy
        } catch {
            logger.error("audio could not be measured", metadata: ["blob": "\(record.blob.id)", "error": "\(error)"])
            return .failed
        }
    }

    /// - Returns: false when measuring takes longer than that.
    private func settle(_ record: BlobRecord, _ patience: MeasuringPatience) async throws -> Bool {
        let reader = try await service.renditions.open(record.blob.id, size: record.blob.size)
        let facts: AudioFacts?
        do {
            // Long audio has a share of its own at the decoders, so that short audio does not wait behind it.
            let whose = if case .short = patience { "short" } else { "long" }
            guard let found = try await codec.measure(.stored(try await reader.localCopy()), for: whose, patience).facts else { return false }
            facts = found
        } catch AudioError.undecodable, AudioError.tooLong {
            facts = nil
        }
        try await inTransaction { [facts] change in try change.settle(record.blob.id, facts) }
        BlobRecord(blob: record.blob, facts: facts).logIfIncomplete(logger, fileName: "")
        if facts == nil { logger.warning("no decoder accepts audio that was stored unmeasured", metadata: ["blob": "\(record.blob.id)"]) }
        return true
    }

}

extension Change {
    /// Writes down what decoding says, and the length where nobody gave one.
    fileprivate func settle(_ blob: BlobID, _ facts: AudioFacts?) throws {
        try writer.setFacts(facts, ofBlob: blob)
        guard let facts else { return }
        for var message in try writer.messages(ofBlob: blob) where message.lengthMilliseconds == Messages.unmeasuredLength {
            message.lengthMilliseconds = facts.durationMilliseconds
            _ = try save(message)
        }
        try writer.setDuration(facts.durationMilliseconds, ofUnmeasuredRecordingsOf: blob)
    }
}
