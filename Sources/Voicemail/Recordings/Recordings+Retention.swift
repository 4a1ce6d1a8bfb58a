import Logging

/// How long recordings are kept, and how much of them; nil for no limit.
public struct RecordingRetention: Sendable, Hashable {
    /// Days since the call began or since the recording was stored, whichever is later: the clock of a PBX may be wrong by decades.
    public var days: Int?
    /// Bytes of audio, in all recordings of an account together.
    public var bytes: Int?

    /// The days that can be asked for: a hundred years, so that no time overflows.
    static let dayCounts = 1...36_500

    public init(days: Int? = nil, bytes: Int? = nil) {
        self.days = days
        self.bytes = bytes
    }
}

extension Recordings {
    /// The retention of an account: its own values where it has valid ones, else the server's.
    public func retention(of account: Account) -> RecordingRetention {
        RecordingRetention(
            days: account.recordingRetentionDays.flatMap { RecordingRetention.dayCounts.contains($0) ? $0 : nil }
                ?? limits.recordingRetention.days,
            bytes: account.recordingMaximumBytes.flatMap { $0 >= 1 ? $0 : nil } ?? limits.recordingRetention.bytes)
    }

    /// Removes the recordings that an account's retention no longer keeps, in the order in which they were stored, and logs each. What is under a
    /// legal hold stays.
    /// - Returns: how many were removed.
    @discardableResult
    func expire(of account: Account) async throws -> Int {
        let retention = retention(of: account)
        guard retention != RecordingRetention() else { return 0 }
        let now = clock.now
        var removed = 0
        var gone: [(recording: Recording, departure: Departure)] = []
        repeat {
            gone = try await store.write { writer in
                let expiry = RecordingExpiry(retention: retention, held: try writer.heldSubjects(accountID: account.id), time: now)
                guard !expiry.held.contains(account.id) else { return [] }
                var gone: [(recording: Recording, departure: Departure)] = []
                let take = { (recording: Recording, departure: Departure) in
                    if !departure.isHeld { gone.append((recording, departure)) }
                    return gone.count < Self.retentionBatch
                }
                try expiry.visitOld(of: account.id, writer, take)
                if gone.isEmpty { try expiry.visitBulk(of: account.id, writer, take) }
                try Change(writer: writer, now: now).discard(gone.map { (recording: $0.recording, reason: $0.departure.rule.words) })
                return gone
            }
            for (recording, departure) in gone {
                logger.notice(
                    "retention removed a recording",
                    metadata: [
                        "account": "\(account.id)", "recording": "\(recording.id)", "name": "\(recording.name)", "reason": "\(departure.rule.words)",
                    ])
            }
            if !gone.isEmpty { service.observer.expired(.recording, gone.count) }
            removed += gone.count
        } while !gone.isEmpty
        return removed
    }

    /// Recordings removed in one transaction.
    private static let retentionBatch = 256
}

/// Decides which recordings of an account its retention removes at some time.
struct RecordingExpiry {
    let retention: RecordingRetention
    /// The ids of what has a legal hold of its own: recordings, and perhaps the account.
    let held: Set<String>
    /// Whatever is due by then is removed.
    let time: Timestamp

    /// Visits the recordings that are older than `retention.days`, until `visit` returns false.
    func visitOld(of accountID: String, _ reader: any StoreReader, _ visit: (Recording, Departure) throws -> Bool) throws {
        guard let days = retention.days else { return }
        let kept = time.advanced(by: -days * 86_400)
        // In the order in which they were stored, so the first that was stored recently ends the search.
        try reader.recordings(RecordingQuery(accountID: accountID, order: .serial)) { recording in
            guard recording.created < kept else { return false }
            guard recording.started < kept else { return true }
            return try visit(recording, departure(of: recording, .days(days), max(recording.created, recording.started).advanced(by: days * 86_400)))
        }
    }

    /// Visits the recordings that must go for the rest to fit into `retention.bytes`, those that were stored first, until `visit` returns false.
    func visitBulk(of accountID: String, _ reader: any StoreReader, _ visit: (Recording, Departure) throws -> Bool) throws {
        guard let bytes = retention.bytes else { return }
        var surplus = try reader.recordingTotals(accountID: accountID).bytes - bytes
        guard surplus > 0 else { return }
        try reader.recordings(RecordingQuery(accountID: accountID, order: .serial)) { recording in
            let departure = departure(of: recording, .bytes(bytes), recording.created)
            if !departure.isHeld { surplus -= recording.audio.size }
            return try visit(recording, departure) && surplus > 0
        }
    }

    private func departure(of recording: Recording, _ rule: Departure.Rule, _ due: Timestamp) -> Departure {
        Departure(
            thing: .recording(id: recording.id, name: recording.name), rule: rule, due: due, bytes: recording.audio.size,
            isHeld: held.contains(recording.id) || held.contains(recording.accountID))
    }
}
