import Logging

/// How long and how many recordings an account keeps; nil for no end.
public struct RecordingRetention: Sendable, Hashable {
    /// Counted from the beginning of the call or from when it was stored, whichever is later: a PBX's clock may be decades wrong.
    public var days: Int?
    /// Of audio, all recordings of an account together.
    public var bytes: Int?

    /// With more, seconds would be counted beyond what can be.
    static let dayCounts = 1...36_500

    public init(days: Int? = nil, bytes: Int? = nil) {
        self.days = days
        self.bytes = bytes
    }
}

extension Recordings {
    /// An account's own rule where it has one, else the server's.
    public func retention(of account: Account) -> RecordingRetention {
        RecordingRetention(
            days: account.recordingRetentionDays.flatMap { RecordingRetention.dayCounts.contains($0) ? $0 : nil }
                ?? limits.recordingRetention.days,
            bytes: account.recordingMaximumBytes.flatMap { $0 >= 1 ? $0 : nil } ?? limits.recordingRetention.bytes)
    }

    /// Removes what an account's retention no longer keeps, what came in first going first, and says so in the log.
    /// - Returns: how many recordings went.
    @discardableResult
    func expire(of account: Account) async throws -> Int {
        let retention = retention(of: account)
        let now = clock.now
        var removed = 0
        var gone: [(recording: Recording, reason: String)] = []
        repeat {
            gone = try await store.write { writer in
                var gone: [(recording: Recording, reason: String)] = []
                if let days = retention.days {
                    let kept = now.advanced(by: -days * 86_400)
                    gone = try Self.stored(before: kept, of: account, writer).map { ($0, "older than \(days) days") }
                }
                if gone.isEmpty, let bytes = retention.bytes {
                    gone = try Self.beyond(bytes, of: account, writer).map { ($0, "beyond \(bytes) bytes") }
                }
                for (recording, _) in gone { try writer.remove(recordingID: recording.id) }
                return gone
            }
            for (recording, reason) in gone {
                logger.notice(
                    "retention removed a recording",
                    metadata: [
                        "account": "\(account.id)", "recording": "\(recording.id)", "name": "\(recording.name)", "reason": "\(reason)",
                    ])
            }
            removed += gone.count
        } while !gone.isEmpty
        return removed
    }

    /// Recordings removed in one transaction.
    private static let retentionBatch = 256

    /// Recordings that were stored before `kept`, and whose calls began before it too.
    private static func stored(before kept: Timestamp, of account: Account, _ reader: any StoreReader) throws -> [Recording] {
        var found: [Recording] = []
        // They are visited in the order they came in, so the first that is young enough ends the search.
        try reader.recordings(RecordingQuery(accountID: account.id, order: .serial)) { recording in
            if recording.created < kept, recording.started < kept { found.append(recording) }
            return recording.created < kept && found.count < retentionBatch
        }
        return found
    }

    /// The recordings that came in first, as many as must go for the rest to have at most so many bytes.
    private static func beyond(_ bytes: Int, of account: Account, _ reader: any StoreReader) throws -> [Recording] {
        var held = try reader.recordingTotals(accountID: account.id).bytes
        guard held > bytes else { return [] }
        var found: [Recording] = []
        try reader.recordings(RecordingQuery(accountID: account.id, order: .serial)) { recording in
            held -= recording.audio.size
            found.append(recording)
            return held > bytes && found.count < retentionBatch
        }
        return found
    }
}
