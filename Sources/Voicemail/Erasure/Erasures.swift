import Logging

extension Erasures {
    /// Rows changed in one transaction.
    private static let batch = 256

    /// The accounts that may have anything: all there are, and those that were removed and whose messages have not gone for good.
    public func accountIDs() async throws -> [String] {
        var ids = try await store.read { try $0.removedAccounts() }
        var range = ListingRange(limit: 500, attributes: [])
        repeat {
            let page = try await service.accounts.list(below: nil, range) { $0.id }
            ids += page.items
            range.start = page.next
        } while range.start != nil
        return ids
    }

    /// What an account has of a caller. Nothing is removed.
    /// - Throws: `VoicemailError.held` with the first of it that a hold covers.
    public func find(_ number: String, in accountID: String) async throws -> Erasure {
        let number = ErasedNumber(number, limits.numbers)
        var erasure = try await store.read { reader in
            let held = try reader.heldSubjects(accountID: accountID)
            var found = Erasure(accountID: accountID)
            var heldID: String?
            let note = { (message: Message) in
                guard number.isMeant(message) else { return true }
                if [message.id, message.mailboxID, accountID].contains(where: held.contains) { heldID = message.monthID }
                found.messages.append(message.monthID)
                return heldID == nil
            }
            try reader.messages(MessageQuery(scope: .account(accountID), ascending: true), note)
            if heldID == nil { try reader.removedMessages(TrashQuery(scope: .account(accountID))) { note($0.message) } }
            if heldID == nil {
                try reader.recordings(RecordingQuery(accountID: accountID)) { recording in
                    guard number.isMeant(recording) else { return true }
                    if held.contains(recording.id) || held.contains(accountID) { heldID = recording.id }
                    found.recordings.append(recording.id)
                    return heldID == nil
                }
            }
            if let heldID { throw VoicemailError.held(id: heldID) }
            return found
        }
        let told = try await told(number, erasure)
        erasure.events = told.events.count
        erasure.deliveries = told.deliveries.count
        erasure.notes = try await noted(number, in: accountID).count
        return erasure
    }

    /// Removes for good what an account has of a caller: messages wherever they are, recordings, what was noted to be told of them, and the audio. What
    /// was told already cannot be taken back. Others learn that the messages are gone, by their ids.
    /// - Returns: what was removed.
    /// - Throws: `VoicemailError.held` before anything goes; where a hold was put on something meanwhile, what went before it stays gone.
    public func erase(_ number: String, in accountID: String) async throws -> Erasure {
        var erasure = try await find(number, in: accountID)
        guard !erasure.isEmpty else { return erasure }
        for ids in Self.batches(erasure.messages) { try await inTransaction { try $0.erase(messageIDs: ids.map { String($0.suffix(32)) }) } }
        for ids in Self.batches(erasure.recordings) {
            try await inTransaction { change in
                let recordings = try ids.compactMap { try change.writer.recording(.id($0), accountID: accountID) }
                let held = try change.writer.heldSubjects(among: recordings.map(\.id) + [accountID])
                if let kept = recordings.first(where: { held.contains($0.id) || held.contains(accountID) }) { throw VoicemailError.held(id: kept.id) }
                try change.discard(recordings.map { (recording: $0, reason: nil) })
            }
        }
        // Anew, as the messages may have been changed while they went.
        let told = try await told(ErasedNumber(number, limits.numbers), erasure)
        for serials in Self.batches(told.events) { try await store.write { try $0.remove(eventSerials: serials) } }
        for ids in Self.batches(told.deliveries) { try await store.write { writer in for id in ids { try writer.remove(deliveryID: id) } } }
        (erasure.events, erasure.deliveries) = (told.events.count, told.deliveries.count)
        try await note(erasure, of: ErasedNumber(number, limits.numbers))
        await service.housekeeping.collectGarbage()
        logger.notice(
            "a caller's data was erased",
            metadata: [
                "account": "\(accountID)", "messages": "\(erasure.messages.count)", "recordings": "\(erasure.recordings.count)",
                "events": "\(erasure.events)", "deliveries": "\(erasure.deliveries)",
            ])
        return erasure
    }

    /// Entries of the audit log beside which his number stands.
    private func noted(_ number: ErasedNumber, in accountID: String) async throws -> [AuditEntry] {
        var found: [AuditEntry] = [], last = 0
        while true {
            let page = try await store.read { [last] in try $0.auditEntries(accountID: accountID, after: last, limit: 500) }
            guard let end = page.last else { return found }
            last = end.serial
            found += page.filter { $0.texts.values.contains(where: number.isMeant) }
        }
    }

    /// Leaves beside the audit log what is not his, and adds to it that he was erased, by how much there was.
    private func note(_ erasure: Erasure, of number: ErasedNumber) async throws {
        for entries in Self.batches(try await noted(number, in: erasure.accountID)) {
            try await store.write { writer in
                for entry in entries { try writer.keepAuditTexts(entry.texts.filter { !number.isMeant($0.value) }, ofEntry: entry.serial) }
            }
        }
        try await service.audit.note(
            .callerErased, of: erasure.accountID, [],
            [
                "messages": .int(erasure.messages.count), "recordings": .int(erasure.recordings.count), "events": .int(erasure.events),
                "deliveries": .int(erasure.deliveries), "notes": .int(erasure.notes),
            ])
    }

    private static func batches<Item>(_ items: [Item]) -> [[Item]] {
        stride(from: 0, to: items.count, by: batch).map { Array(items[$0..<min($0 + batch, items.count)]) }
    }

    /// Events of the account that are about what goes or say the number, by serial, and deliveries that tell of them or say it, by id. That a message
    /// was removed is still told: by then it names nothing but the message.
    private func told(_ number: ErasedNumber, _ erasure: Erasure) async throws -> (events: [Int], deliveries: [String]) {
        let subjects = Set(erasure.messages.map { String($0.suffix(32)) } + erasure.recordings)
        var events: Set<Int> = [], deliveries: [String] = [], last = 0
        while true {
            let page = try await store.read { [last] in try $0.events(after: last, limit: 500) }
            guard let end = page.last else { break }
            last = end.serial
            for event in page where event.accountID == erasure.accountID && event.kind != .messageRemoved {
                if subjects.contains(event.subjectID) || number.isMentioned(in: .object(event.payload)) { events.insert(event.serial) }
            }
        }
        last = 0
        while true {
            let page = try await store.read { [last] in try $0.deliveries(DeliveryQuery(accountID: erasure.accountID, after: last, limit: 500)) }
            guard let end = page.last else { break }
            last = end.serial
            deliveries += page.filter { events.contains($0.eventSerial) || number.isMentioned(in: .object($0.payload)) }.map(\.id)
        }
        return (events.sorted(), deliveries)
    }
}

extension Change {
    /// Removes messages for good, from their mailboxes or from the trash, with their audio.
    /// - Throws: `VoicemailError.held`.
    fileprivate func erase(messageIDs: [String]) throws {
        let found = try writer.messages(ids: messageIDs)
        let living = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let removed = try writer.removedMessages(ids: messageIDs.filter { living[$0] == nil }).map(\.message)
        let messages = found + removed
        let held = try writer.heldMessages(among: messages)
        for message in messages {
            guard !held.contains(message.id) else { throw VoicemailError.held(id: message.monthID) }
            if living[message.id] != nil { try discard(message, because: .erased) }
            try writer.remove(messageID: message.id, at: now, physically: true)
            if let audio = message.audio { try writer.release(audio.blobID) }
        }
    }
}
