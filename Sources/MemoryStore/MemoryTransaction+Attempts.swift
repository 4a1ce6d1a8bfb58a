import Voicemail

extension MemoryTransaction {
    func attempts(_ query: AttemptQuery) throws -> [AttemptRecord] {
        let found = try all().attempts.filter { attempt in
            switch query.of {
            case .receiver(let id): attempt.receiverID.isSame(as: id)
            case .account(let id): attempt.accountID.isSame(as: id)
            }
        }
        return Array(found.reversed().prefix(max(0, query.limit)))
    }

    func attemptedReceivers(after id: String?, moreThan most: Int, limit: Int) throws -> [AttemptedReceiver] {
        let kept = Dictionary(grouping: try all().attempts, by: \.receiverID)
        let found = kept.keys.filter { receiver in id.map { $0.precedes(receiver) } ?? true }.sorted { $0.precedes($1) }
        return found.prefix(max(0, limit)).map { AttemptedReceiver(id: $0, hasMore: (kept[$0]?.count ?? 0) > most) }
    }

    func append(_ attempt: AttemptRecord) throws {
        try change { rows in
            var stored = attempt
            stored.serial = rows.nextSerial()
            rows.attempts.append(stored)
        }
    }

    func removeAttempts(ofReceiver id: String, exceptLatest most: Int, limit: Int) throws -> Int {
        try remove(attempts(AttemptQuery(.receiver(id), limit: .max)).dropFirst(max(0, most)).prefix(max(0, limit)))
    }

    func removeAttempts(madeBefore: Timestamp, limit: Int) throws -> Int {
        try remove(all().attempts.filter { $0.made < madeBefore }.prefix(max(0, limit)))
    }

    private func remove(_ attempts: ArraySlice<AttemptRecord>) throws -> Int {
        let serials = Set(attempts.map(\.serial))
        try change { rows in rows.attempts.removeAll { serials.contains($0.serial) } }
        return serials.count
    }
}
