/// How long and how many recordings an account keeps; nil for no end.
public struct RecordingRetention: Sendable, Hashable {
    /// Counted from the beginning of the call.
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

extension VoicemailService {
    /// An account's own rule where it has one, else the server's.
    public func recordingRetention(of account: Account) -> RecordingRetention {
        RecordingRetention(
            days: account.recordingRetentionDays.flatMap { RecordingRetention.dayCounts.contains($0) ? $0 : nil }
                ?? limits.recordingRetention.days,
            bytes: account.recordingMaximumBytes.flatMap { $0 >= 1 ? $0 : nil } ?? limits.recordingRetention.bytes)
    }

    /// Removes what an account's retention no longer keeps, oldest calls first.
    /// - Returns: how many recordings went.
    @discardableResult
    func expireRecordings(of account: Account) async throws -> Int {
        let retention = recordingRetention(of: account)
        let now = clock.now
        var removed = 0
        var last = 0
        repeat {
            last = try await store.write { writer in
                var gone = 0
                if let days = retention.days {
                    let before = now.advanced(by: -days * 86_400 - 1)
                    for recording in try Self.oldest(account, before: before, writer) {
                        try writer.remove(recordingID: recording.id)
                        gone += 1
                    }
                }
                guard gone == 0, let bytes = retention.bytes else { return gone }
                var held = try writer.recordingTotals(accountID: account.id).bytes
                guard held > bytes else { return gone }
                for recording in try Self.oldest(account, before: nil, writer) where held > bytes {
                    try writer.remove(recordingID: recording.id)
                    held -= recording.audio.size
                    gone += 1
                }
                return gone
            }
            removed += last
        } while last > 0
        return removed
    }

    private static func oldest(_ account: Account, before: Timestamp?, _ reader: any StoreReader) throws -> [Recording] {
        var found: [Recording] = []
        try reader.recordings(RecordingQuery(accountID: account.id, to: before, order: .time, limit: 256)) {
            found.append($0)
            return true
        }
        return found
    }
}
