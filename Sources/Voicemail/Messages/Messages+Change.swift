/// What became of each message of a request that names several. Some may fail while others succeed.
public struct BatchOutcome: Sendable {
    public enum Reason: String, Sendable {
        case notFound = "not_found"
        case priorToRetention = "prior_to_retention_duration"
    }

    /// For a move or a copy the ids of the new messages.
    public var succeeded: [String] = []
    /// By the id that was asked for.
    public var failed: [(id: String, reason: Reason)] = []

    public init() {}

    mutating func append(_ part: BatchOutcome) {
        succeeded += part.succeeded
        failed += part.failed
    }
}

extension Messages {
    /// Messages changed in one transaction; a longer request takes several, so that it does not hold others up.
    private static let batchSize = 256

    /// Files messages in a folder.
    public func file(_ ids: [String], of mailboxID: String, in folder: Folder, account: Account) async throws -> BatchOutcome {
        let now = clock.now
        return try await changeEach(ids, of: mailboxID, account) { message, writer in
            var message = message
            message.folder = folder
            message.readers = []
            try Self.save(&message, writer, now)
            return [message.monthID]
        }
    }

    /// Files one message in a folder.
    public func file(_ place: MessagePlace, in folder: Folder, account: Account) async throws -> Message {
        let now = clock.now
        let cutoff = service.mailboxes.cutoff(for: account)
        return try await store.write { writer in
            var message = try Self.changeable(place, account, cutoff, writer)
            message.folder = folder
            message.readers = []
            try Self.save(&message, writer, now)
            return message
        }
    }

    /// Moves messages to another mailbox: each becomes a new message there, and the old one is gone (K§7.5).
    /// - Throws: `VoicemailError.notFound` for the destination, before anything moves.
    public func move(_ ids: [String], of mailboxID: String, to destination: String, account: Account) async throws -> BatchOutcome {
        let now = clock.now
        try await requireMailboxes([destination], account)
        return try await changeEach(ids, of: mailboxID, account) { message, writer in
            [try Self.move(message, to: destination, account, now, writer).monthID]
        }
    }

    /// Moves one message.
    public func move(_ place: MessagePlace, to destination: String, account: Account) async throws -> Message {
        let now = clock.now
        let cutoff = service.mailboxes.cutoff(for: account)
        return try await store.write { writer in
            let message = try Self.changeable(place, account, cutoff, writer)
            return try Self.move(message, to: destination, account, now, writer)
        }
    }

    /// Copies messages to other mailboxes. The audio is shared, not copied (promise 3).
    /// - Throws: `VoicemailError.notFound` for a destination, before anything is copied; `.invalid` for more copies than
    ///   `Limits.maximumBatch`.
    public func copy(_ ids: [String], of mailboxID: String, to destinations: [String], account: Account) async throws -> BatchOutcome {
        let now = clock.now
        let destinations = Array(OrderedSet(destinations))
        if destinations.count * ids.count > limits.maximumBatch {
            throw VoicemailError.invalid([
                Violation(["source_id"], .maxItems(limits.maximumBatch / ids.count), value: .int(destinations.count)),
            ])
        }
        try await requireMailboxes(destinations, account)
        return try await changeEach(ids, of: mailboxID, account) { message, writer in
            try destinations.map { try Self.duplicate(message, to: $0, account, now, writer).monthID }
        }
    }

    /// Removes messages.
    public func remove(_ ids: [String], of mailboxID: String, account: Account) async throws -> BatchOutcome {
        let now = clock.now
        return try await changeEach(ids, of: mailboxID, account) { message, writer in
            try Self.remove(message, now, writer)
            return [message.monthID]
        }
    }

    /// Removes one message.
    /// - Returns: the message, filed under deleted.
    public func remove(_ place: MessagePlace, account: Account) async throws -> Message {
        let now = clock.now
        let cutoff = service.mailboxes.cutoff(for: account)
        return try await store.write { writer in
            var message = try Self.changeable(place, account, cutoff, writer)
            try Self.remove(message, now, writer)
            message.folder = .deleted
            return message
        }
    }

    /// Removes the messages of a mailbox that are in `folder`, or all of them, and that `matches` names.
    /// - Parameters:
    ///   - from: the earliest time of a message to remove, inclusive; nil for no bound.
    ///   - to: the latest.
    public func removeAll(
        of mailboxID: String, in folder: Folder?, from: Timestamp? = nil, to: Timestamp? = nil, account: Account,
        where matches: @escaping @Sendable (Message) -> Bool = { _ in true }
    ) async throws -> BatchOutcome {
        let now = clock.now
        let cutoff = service.mailboxes.cutoff(for: account)
        var outcome = BatchOutcome()
        var start: MessagePosition?
        repeat {
            let page = try await list(MessageListing(
                query: MessageQuery(scope: .mailbox(mailboxID), from: from, to: to, start: start, folder: folder), limit: Self.batchSize,
                keep: { $0.accountID == account.id && matches($0) }))
            start = page.next
            outcome.append(try await store.write { writer in
                var part = BatchOutcome()
                for listed in page.messages {
                    // Another caller may have changed it between the two transactions.
                    guard let message = try writer.message(id: listed.id), folder == nil || message.folder == folder else { continue }
                    if message.timestamp < cutoff {
                        part.failed.append((message.monthID, .priorToRetention))
                    } else {
                        try Self.remove(message, now, writer)
                        part.succeeded.append(message.monthID)
                    }
                }
                return part
            })
        } while start != nil
        return outcome
    }

    /// Applies `change` to each message that exists in the mailbox and is within retention.
    /// - Throws: what `change` throws in the first batch. Later, with batches that stay done, a destination that went
    ///   meanwhile fails the messages that are left.
    private func changeEach(
        _ ids: [String], of mailboxID: String, _ account: Account,
        _ change: @escaping @Sendable (Message, any StoreWriter) throws -> [String]
    ) async throws -> BatchOutcome {
        let cutoff = service.mailboxes.cutoff(for: account)
        var outcome = BatchOutcome()
        for start in stride(from: 0, to: ids.count, by: Self.batchSize) {
            let slice = ids[start..<min(start + Self.batchSize, ids.count)]
            do {
                outcome.append(try await apply(change, to: slice, of: mailboxID, account, cutoff))
            } catch VoicemailError.notFound where start > 0 {
                outcome.failed += ids[start...].map { ($0, .notFound) }
                return outcome
            }
        }
        return outcome
    }

    /// One transaction of `changeEach`.
    private func apply(
        _ change: @escaping @Sendable (Message, any StoreWriter) throws -> [String], to ids: ArraySlice<String>, of mailboxID: String,
        _ account: Account, _ cutoff: Timestamp
    ) async throws -> BatchOutcome {
        try await store.write { writer in
            var part = BatchOutcome()
            for id in ids {
                do {
                    let message = try Self.changeable(MessagePlace(mailboxID: mailboxID, monthID: id), account, cutoff, writer)
                    part.succeeded += try change(message, writer)
                } catch VoicemailError.notFound(let missing) where missing == id {
                    part.failed.append((id, .notFound))
                } catch VoicemailError.expired {
                    part.failed.append((id, .priorToRetention))
                }
            }
            return part
        }
    }

    private func requireMailboxes(_ ids: [String], _ account: Account) async throws {
        try await store.read { reader in
            for id in ids { let _: Mailbox = try reader.require(id, in: account.id) }
        }
    }

    private static func move(_ message: Message, to destination: String, _ account: Account, _ now: Timestamp, _ writer: any StoreWriter) throws -> Message {
        let moved = try duplicate(message, to: destination, account, now, writer)
        try remove(message, now, writer)
        return moved
    }

    /// The same message anew in another mailbox, or in those of a broadcasting group's members: new id of the current month,
    /// folder new (K§7.5).
    /// - Returns: the first.
    private static func duplicate(_ message: Message, to destination: String, _ account: Account, _ now: Timestamp, _ writer: any StoreWriter) throws -> Message {
        let mailbox: Mailbox = try writer.require(destination, in: account.id)
        let copies = try Groups.recipients(of: mailbox, writer).map { recipient in
            try add(
                Message(
                    accountID: account.id, mailboxID: recipient, timestamp: now, folder: .new, from: message.from,
                    to: mailbox.number + "@" + account.realm, callerName: message.callerName, callerNumber: message.callerNumber,
                    callID: message.callID, lengthMilliseconds: message.lengthMilliseconds, audio: message.audio,
                    transcription: message.transcription, reception: message.reception,
                    history: Array((message.history + [message.mailboxID]).suffix(maximumHistory)),
                    modified: now), isAnnounced: false, writer)
        }
        // There is always a recipient.
        return copies[0]
    }

    /// Mailboxes a message remembers having been in.
    private static let maximumHistory = 50

    static func remove(_ message: Message, _ now: Timestamp, _ writer: any StoreWriter) throws {
        try writer.remove(messageID: message.id, at: now, physically: false)
        try writer.append(Event(
            kind: .messageRemoved, accountID: message.accountID, subjectID: message.id, payload: ["mailbox_id": .string(message.mailboxID)], created: now))
    }
}
