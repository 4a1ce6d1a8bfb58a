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

    /// Removes what an account's retention no longer keeps, what came in first going first, and says so in the log. What a hold covers stays.
    /// - Returns: how many recordings went.
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
                for (recording, departure) in gone { try Change(writer: writer, now: now).remove(recording, because: departure.rule.words) }
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

/// What an account's recordings come to once retention has been through.
struct RecordingExpiry {
    let retention: RecordingRetention
    /// Ids that have a hold of their own.
    let held: Set<String>
    /// Who is due until then.
    let time: Timestamp

    /// Recordings that were stored so long ago, and whose calls began so long ago too, until `visit` returns false.
    func visitOld(of accountID: String, _ reader: any StoreReader, _ visit: (Recording, Departure) throws -> Bool) throws {
        guard let days = retention.days else { return }
        let kept = time.advanced(by: -days * 86_400)
        // They are visited in the order they came in, so the first that is young enough ends the search.
        try reader.recordings(RecordingQuery(accountID: accountID, order: .serial)) { recording in
            guard recording.created < kept else { return false }
            guard recording.started < kept else { return true }
            return try visit(recording, departure(of: recording, .days(days), max(recording.created, recording.started).advanced(by: days * 86_400)))
        }
    }

    /// The recordings that came in first, as many as must go for the rest to have at most so many bytes.
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
