import Voicemail

extension MemoryTransaction {
    private func living() throws -> [Message] { try all().messages.filter { $0.removedAt == nil }.map(\.thing) }

    /// What is not in the trash, in order of position.
    private func visible(in mailboxID: String) throws -> [Message] {
        try living().filter { $0.mailboxID.isSame(as: mailboxID) && $0.folder != .deleted }.sorted { $0.position < $1.position }
    }

    func message(id: String) throws -> Message? { try living().first { $0.id.isSame(as: id) } }
    func message(serial: Int) throws -> Message? { try living().first { $0.serial == serial } }
    func messages(ids: [String]) throws -> [Message] { try ids.compactMap { try message(id: $0) } }
    func messages(ofBlob id: BlobID) throws -> [Message] { try living().filter { $0.audio?.blobID == id } }

    func messages(_ query: MessageQuery, _ visit: (Message) throws -> Bool) throws {
        let found = try living().filter { message in
            let isMeant =
                switch query.scope {
                case .mailbox(let id): message.mailboxID.isSame(as: id)
                case .account(let id): message.accountID.isSame(as: id)
                }
            return isMeant && query.from.map { $0 <= message.timestamp } ?? true && query.to.map { message.timestamp <= $0 } ?? true
                && query.folder.map { message.folder == $0 } ?? true
                && query.start.map { query.ascending ? $0 <= message.position : message.position <= $0 } ?? true
        }
        let sorted = found.sorted { query.ascending ? $0.position < $1.position : $1.position < $0.position }
        try show(sorted.prefix(max(0, query.limit ?? .max)), visit)
    }

    private func trash() throws -> [RemovedMessage] {
        try all().messages.compactMap { row in row.removedAt.map { RemovedMessage(message: row.thing, removed: $0) } }
    }

    func removedMessages(ids: [String]) throws -> [RemovedMessage] { try ids.compactMap { id in try trash().first { $0.message.id.isSame(as: id) } } }

    func removedMessages(_ query: TrashQuery, _ visit: (RemovedMessage) throws -> Bool) throws {
        let found = try trash().filter { removed in
            let isMeant =
                switch query.scope {
                case .mailbox(let id): removed.message.mailboxID.isSame(as: id)
                case .account(let id): removed.message.accountID.isSame(as: id)
                }
            return isMeant && query.start.map { removed.position <= $0 } ?? true
        }
        try show(found.sorted { $1.position < $0.position }, visit)
    }

    func visibleMessages(mailboxID: String, offset: Int, limit: Int, _ visit: (Message) throws -> Bool) throws {
        guard offset >= 0, limit > 0 else { return }
        try show(try visible(in: mailboxID).dropFirst(offset).prefix(limit), visit)
    }

    func visibleCount(mailboxID: String, before position: MessagePosition) throws -> Int {
        try visible(in: mailboxID).count { $0.position < position }
    }

    func visibleDays(accountID: String, from: Timestamp, to: Timestamp, ascending: Bool, _ visit: (CountedDay) throws -> Bool) throws {
        let times = try living().filter { $0.accountID.isSame(as: accountID) && $0.folder != .deleted }.map(\.timestamp)
        try show(CountedDay.list(times, from, to, ascending), visit)
    }

    func tallies(mailboxIDs: [String], cutoff: Timestamp) throws -> [Tally] {
        try mailboxIDs.map { id in
            let counted = try visible(in: id).filter { $0.timestamp >= cutoff }
            return Tally(new: counted.count { $0.folder == .new }, saved: counted.count { $0.folder == .saved })
        }
    }

    func mailboxesWithMessages(among ids: [String]) throws -> Set<String> {
        let messages = try living()
        return Set(ids.filter { id in messages.contains { $0.mailboxID.isSame(as: id) } })
    }

    func accountsToRetire(_ cutoffs: [(accountID: String, cutoff: Timestamp)]) throws -> Set<String> {
        let rows = try all().messages.filter { $0.removedAt == nil && $0.thing.folder != .deleted }
        let passed = cutoffs.filter { wanted in
            rows.contains { $0.thing.accountID.isSame(as: wanted.accountID) && $0.isRetired != ($0.thing.timestamp < wanted.cutoff) }
        }
        return Set(passed.map(\.accountID))
    }

    // MARK: Changing

    func insert(_ message: Message) throws -> Message {
        guard try !all().messages.contains(where: { $0.thing.id.isSame(as: message.id) }) else { throw StoreError.conflict }
        try requireBlob(message.audio?.blobID)
        var stored = message
        stored.serial = try change { $0.nextSerial() }
        try change { [stored] in $0.messages.append(.init(thing: stored)) }
        return stored
    }

    func update(_ message: Message) throws {
        guard let index = try all().messages.firstIndex(where: { $0.removedAt == nil && $0.thing.id.isSame(as: message.id) }) else {
            throw StoreError.failed("no such row to change")
        }
        try requireBlob(message.audio?.blobID)
        var changed = message
        changed.serial = try all().messages[index].thing.serial
        try change { [changed] in $0.messages[index].thing = changed }
    }

    func remove(messageID: String, at: Timestamp, physically: Bool) throws {
        if physically { return try change { $0.messages.removeAll { $0.thing.id.isSame(as: messageID) } } }
        _ = try hide(at, .max) { $0.id.isSame(as: messageID) }
    }

    func restore(_ message: Message) throws {
        guard let index = try all().messages.firstIndex(where: { $0.removedAt != nil && $0.thing.id.isSame(as: message.id) }) else {
            throw StoreError.failed("no such row to change")
        }
        try change { $0.messages[index].removedAt = nil }
        try update(message)
    }

    func restoreMessages(mailboxID: String, removedAt: Timestamp, to folder: Folder, now: Timestamp) throws -> Int {
        try change { rows in
            let indices = rows.messages.indices.filter { rows.messages[$0].removedAt == removedAt && rows.messages[$0].thing.mailboxID.isSame(as: mailboxID) }
            for index in indices {
                rows.messages[index].removedAt = nil
                rows.messages[index].thing.folder = folder
                rows.messages[index].thing.revision += 1
                rows.messages[index].thing.modified = now
            }
            return indices.count
        }
    }

    func removeMessages(mailboxID: String, at: Timestamp) throws { _ = try hide(at, .max) { $0.mailboxID.isSame(as: mailboxID) } }

    /// Hides messages, at most `limit`.
    /// - Returns: how many.
    func hide(_ at: Timestamp, _ limit: Int, _ isMeant: (Message) -> Bool) throws -> Int {
        try change { rows in
            let indices = rows.messages.indices.filter { rows.messages[$0].removedAt == nil && isMeant(rows.messages[$0].thing) }.prefix(max(0, limit))
            for index in indices {
                rows.messages[index].removedAt = at
                rows.messages[index].thing.folder = .deleted
            }
            return indices.count
        }
    }

    func retire(accountID: String, cutoff: Timestamp, limit: Int) throws -> Int {
        try change { rows in
            let indices = rows.messages.indices.filter { index in
                let row = rows.messages[index]
                return row.removedAt == nil && row.thing.accountID.isSame(as: accountID) && row.thing.folder != .deleted
                    && row.isRetired != (row.thing.timestamp < cutoff)
            }.prefix(max(0, limit))
            for index in indices { rows.messages[index].isRetired.toggle() }
            return indices.count
        }
    }

    func purge(removedBefore before: Timestamp, limit: Int) throws -> [PurgedThing] {
        func gone<Thing>(_ rows: [Rows.Hideable<Thing>], _ limit: Int) -> [Thing] {
            Array(rows.filter { $0.removedAt.map { $0 < before } ?? false }.map(\.thing).prefix(max(0, limit)))
        }
        let messages = gone(
            try all().messages.filter { try !isHeld(anyOf: [$0.thing.id, $0.thing.mailboxID, $0.thing.accountID]) }, limit)
        let documents = gone(try all().documents.filter { try !hasHolds(accountID: $0.thing.accountID) }, limit - messages.count)
        for message in messages { try remove(messageID: message.id, at: before, physically: true) }
        for document in documents { try remove(documentID: document.id, at: before, physically: true) }
        for blob in messages.compactMap({ $0.audio?.blobID }) + documents.compactMap(\.blobID) { try release(blob) }
        return messages.map { PurgedThing(id: $0.id, accountID: $0.accountID) } + documents.map { PurgedThing(id: $0.id, accountID: $0.accountID) }
    }

    func removeContents(accountID: String, at: Timestamp, limit: Int) throws -> Int {
        var left = max(0, limit)
        for ticket in try all().tickets.filter({ $0.accountID.isSame(as: accountID) }).prefix(left) {
            try remove(ticketHash: ticket.hash)
            left -= 1
        }
        for credential in try credentials(accountID: accountID).prefix(left) {
            try remove(credentialID: credential.id)
            left -= 1
        }
        left -= try hide(at, left) { $0.accountID.isSame(as: accountID) }
        let documents = try all().documents.filter { $0.removedAt == nil && $0.thing.accountID.isSame(as: accountID) && !$0.thing.id.isSame(as: accountID) }
        for document in documents.prefix(left) {
            try remove(documentID: document.thing.id, at: at, physically: false)
            left -= 1
        }
        for recording in try all().recordings.filter({ $0.accountID.isSame(as: accountID) }).prefix(left) {
            try remove(recordingID: recording.id)
            left -= 1
        }
        for delivery in try all().deliveries.filter({ $0.accountID.isSame(as: accountID) }).prefix(left) {
            try remove(deliveryID: delivery.id)
            left -= 1
        }
        let attempts = try all().attempts.filter { $0.accountID.isSame(as: accountID) }.prefix(left).map(\.serial)
        try change { rows in rows.attempts.removeAll { attempts.contains($0.serial) } }
        left -= attempts.count
        return max(0, limit) - left
    }
}

extension CountedDay {
    /// The days on which some times lie, as far as they are within bounds.
    static func list(_ times: [Timestamp], _ from: Timestamp, _ to: Timestamp, _ ascending: Bool) -> [CountedDay] {
        guard from <= to else { return [] }
        let days = Dictionary(grouping: times, by: CountedDay.number).filter { CountedDay.number(of: from) <= $0.key && $0.key <= CountedDay.number(of: to) }
        return days.sorted { ascending ? $0.key < $1.key : $0.key > $1.key }.map { day, times in
            CountedDay(day: day, count: times.count { from <= $0 && $0 <= to })
        }
    }
}
