import Voicemail

extension MemoryTransaction {
    func recording(_ key: RecordingKey, accountID: String) throws -> Recording? {
        try all().recordings.first { recording in
            guard recording.accountID.isSame(as: accountID) else { return false }
            return switch key {
            case .id(let id): recording.id.isSame(as: id)
            case .serial(let serial): recording.serial == serial
            case .name(let name): recording.name.isSame(as: name)
            case .source(let source): source.isSame(as: recording.source)
            case .callRecord(let id): recording.callRecordID.isSame(as: id)
            }
        }
    }

    /// All that a query names, in its order.
    private func found(_ query: RecordingQuery) throws -> [Recording] {
        let found = try all().recordings.filter { recording in
            recording.accountID.isSame(as: query.accountID) && query.from.map { $0 <= recording.started } ?? true
                && query.to.map { recording.started <= $0 } ?? true && query.caller.map { recording.callerNumber.isSame(as: $0) } ?? true
                && query.callee.map { recording.calleeNumber.isSame(as: $0) } ?? true && query.serials.map { $0.contains(recording.serial) } ?? true
                && query.after.map { recording.serial > $0 } ?? true
        }
        let sorted = found.sorted { query.order == .serial ? $0.serial < $1.serial : ($0.started, $0.serial) < ($1.started, $1.serial) }
        return query.ascending ? sorted : sorted.reversed()
    }

    func recordings(_ query: RecordingQuery, _ visit: (Recording) throws -> Bool) throws {
        try show(try found(query).dropFirst(max(0, query.offset)).prefix(max(0, query.limit ?? .max)), visit)
    }

    func recordingCount(_ query: RecordingQuery) throws -> Int { try found(query).count }

    func recordingDays(accountID: String, from: Timestamp, to: Timestamp, ascending: Bool, _ visit: (CountedDay) throws -> Bool) throws {
        try show(CountedDay.list(try found(RecordingQuery(accountID: accountID)).map(\.started), from, to, ascending), visit)
    }

    func recordingTotals(accountID: String) throws -> RecordingTotals {
        let found = try found(RecordingQuery(accountID: accountID))
        return RecordingTotals(count: found.count, bytes: found.reduce(0) { $0 + $1.audio.size })
    }

    func insert(_ recording: Recording) throws -> Recording {
        let isTaken = try all().recordings.contains { other in
            other.id.isSame(as: recording.id)
                || other.accountID.isSame(as: recording.accountID)
                    && (other.name.isSame(as: recording.name) || other.callRecordID.isSame(as: recording.callRecordID)
                        || recording.source.map { $0.isSame(as: other.source) } ?? false)
        }
        guard !isTaken else { throw StoreError.conflict }
        try requireBlob(recording.audio.blobID)
        var stored = recording
        stored.serial = try change { $0.nextSerial() }
        try change { [stored] in $0.recordings.append(stored) }
        return stored
    }

    func setDuration(_ milliseconds: Int, ofUnmeasuredRecordingsOf id: BlobID) throws {
        try change { rows in
            for (index, old) in rows.recordings.enumerated() where old.audio.blobID == id && old.durationMilliseconds == 0 {
                rows.recordings[index] = Recording(
                    id: old.id, serial: old.serial, accountID: old.accountID, name: old.name, source: old.source, started: old.started,
                    callerNumber: old.callerNumber, callerName: old.callerName, calleeNumber: old.calleeNumber, calleeName: old.calleeName,
                    direction: old.direction, callID: old.callID, callRecordID: old.callRecordID, durationMilliseconds: milliseconds,
                    audio: old.audio, created: old.created)
            }
        }
    }

    func remove(recordingIDs: [String]) throws { for id in recordingIDs { try remove(recordingID: id) } }

    func remove(recordingID: String) throws {
        guard let index = try all().recordings.firstIndex(where: { $0.id.isSame(as: recordingID) }) else { return }
        try release(try change { $0.recordings.remove(at: index) }.audio.blobID)
    }
}

/// Audio by its rows.
extension MemoryTransaction {
    func blob(id: BlobID) throws -> BlobRecord? { try all().blobs.first { $0.blob.id == id } }

    func blobs(ids: Set<BlobID>) throws -> [BlobRecord] { try all().blobs.filter { ids.contains($0.blob.id) } }

    func blobs(after id: BlobID?, limit: Int) throws -> [BlobRecord] {
        let found = try all().blobs.filter { ($0.blob.id.hex > id?.hex ?? "") }.sorted { $0.blob.id.hex < $1.blob.id.hex }
        return Array(found.prefix(max(0, limit)))
    }

    func unmeasuredBlobs(after id: BlobID?, limit: Int) throws -> [BlobRecord] {
        Array(try blobs(after: id, limit: .max).filter { $0.unmeasured != nil }.prefix(max(0, limit)))
    }

    func holders(of id: BlobID, limit: Int) throws -> [BlobHolder] {
        let rows = try all()
        let messages = rows.messages.map(\.thing).filter { $0.audio?.blobID == id }.map {
            BlobHolder(kind: .message, id: $0.id, accountID: $0.accountID, mailboxID: $0.mailboxID)
        }
        let greetings = rows.documents.map(\.thing).filter { $0.blobID == id }.map {
            BlobHolder(kind: .greeting, id: $0.id, accountID: $0.accountID, mailboxID: nil)
        }
        let recordings = rows.recordings.filter { $0.audio.blobID == id }.map {
            BlobHolder(kind: .recording, id: $0.id, accountID: $0.accountID, mailboxID: nil)
        }
        return Array((messages + greetings + recordings).prefix(max(0, limit)))
    }

    private func isNamed(_ id: BlobID) throws -> Bool { try !holders(of: id, limit: 1).isEmpty }

    func requireBlob(_ id: BlobID?) throws {
        guard let id, try blob(id: id) == nil else { return }
        throw StoreError.failed("a row names a blob that is not there")
    }

    func garbage(dueAt: Timestamp, limit: Int) throws -> [GarbageBlob] {
        let due = try all().garbage.filter { try $0.notBefore <= dueAt && !isNamed($0.id) }
        // Sorting keeps the order of what is equal.
        return due.sorted { $0.notBefore < $1.notBefore }.prefix(max(0, limit)).map { GarbageBlob(id: $0.id, failures: $0.failures) }
    }

    func isGarbage(_ id: BlobID) throws -> Bool { try all().garbage.contains { $0.id == id } && !isNamed(id) }

    func insert(_ blob: BlobRecord, at: Timestamp) throws {
        guard try self.blob(id: blob.blob.id) == nil else { throw StoreError.conflict }
        try change { $0.blobs.append(blob) }
    }

    func setFacts(_ facts: AudioFacts?, ofBlob id: BlobID) throws {
        guard let index = try all().blobs.firstIndex(where: { $0.blob.id == id }) else { return }
        try change { $0.blobs[index] = BlobRecord(blob: $0.blobs[index].blob, facts: facts) }
    }

    func release(_ id: BlobID) throws {
        guard try !isNamed(id), try !all().garbage.contains(where: { $0.id == id }) else { return }
        try change { $0.garbage.append(.init(id: id)) }
    }

    func postponeRemoval(of id: BlobID, until: Timestamp) throws {
        guard let index = try all().garbage.firstIndex(where: { $0.id == id }) else { return }
        try change { rows in
            rows.garbage[index].failures += 1
            rows.garbage[index].notBefore = until
        }
    }

    func forget(_ blobs: [BlobID]) throws {
        for id in blobs {
            let isNamed = try isNamed(id)
            try change { rows in
                rows.garbage.removeAll { $0.id == id }
                if !isNamed { rows.blobs.removeAll { $0.blob.id == id } }
            }
        }
    }
}
