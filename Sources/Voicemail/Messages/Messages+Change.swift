/// What became of each message of a request that names several. Some may fail while others succeed.
public struct BatchOutcome: Sendable {
    public enum Reason: String, Sendable {
        case notFound = "not_found"
        case priorToRetention = "prior_to_retention_duration"
        case held = "legal_hold"
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
        try await changeEach(ids, of: mailboxID, account) { message, batch in [try batch.change.change.file(message, in: folder).monthID] }
    }

    /// Files one message in a folder.
    public func file(_ place: MessagePlace, in folder: Folder, account: Account) async throws -> Message {
        let cutoff = service.mailboxes.cutoff(for: account)
        return try await inTransaction(of: account) { change in
            try change.change.file(try change.look.changeable(place, since: cutoff), in: folder)
        }
    }

    /// Moves messages to another mailbox: each becomes a new message there, and the old one is gone (K§7.5).
    /// - Parameter note: of who sends them on to somebody, who is told then; nil for who only files.
    /// - Throws: `VoicemailError.notFound` for the destination, before anything moves.
    public func move(
        _ ids: [String], of mailboxID: String, to destination: String, account: Account, note: ForwardingNote? = nil
    ) async throws -> BatchOutcome {
        try await requireMailboxes([destination], account)
        return try await changeEach(ids, of: mailboxID, account, heedsHolds: true) { message, batch in
            let target = try batch.destination(destination)
            return [try batch.change.move(message, to: target, note).monthID]
        }
    }

    /// Moves one message.
    public func move(_ place: MessagePlace, to destination: String, account: Account) async throws -> Message {
        let cutoff = service.mailboxes.cutoff(for: account)
        return try await inTransaction(of: account) { change in
            try change.move(try change.look.changeable(place, since: cutoff), to: destination)
        }
    }

    /// Copies messages to other mailboxes. The audio is shared, not copied (promise 3).
    /// - Parameter note: of who sends them on to somebody, who is told then; nil for who only files.
    /// - Throws: `VoicemailError.notFound` for a destination, before anything is copied; `.invalid` for more copies than
    ///   `Limits.maximumBatch`.
    public func copy(
        _ ids: [String], of mailboxID: String, to destinations: [String], account: Account, note: ForwardingNote? = nil
    ) async throws -> BatchOutcome {
        let destinations = Array(OrderedSet(destinations))
        if destinations.count * ids.count > limits.maximumBatch {
            throw VoicemailError.invalid([
                Violation(["source_id"], .maxItems(limits.maximumBatch / ids.count), value: .int(destinations.count))
            ])
        }
        try await requireMailboxes(destinations, account)
        return try await changeEach(ids, of: mailboxID, account) { message, batch in
            try destinations.map { id in
                let target = try batch.destination(id)
                return try batch.change.duplicate(message, to: target, note).monthID
            }
        }
    }

    /// Removes messages.
    public func remove(_ ids: [String], of mailboxID: String, account: Account) async throws -> BatchOutcome {
        try await changeEach(ids, of: mailboxID, account, heedsHolds: true) { message, batch in
            try batch.change.change.discard(message)
            return [message.monthID]
        }
    }

    /// Removes one message.
    /// - Returns: the message, filed under deleted.
    public func remove(_ place: MessagePlace, account: Account) async throws -> Message {
        let cutoff = service.mailboxes.cutoff(for: account)
        return try await inTransaction { change in
            var message = try change.look(in: account).changeable(place, since: cutoff)
            try change.remove(message)
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
        let cutoff = service.mailboxes.cutoff(for: account)
        var outcome = BatchOutcome()
        var start: MessagePosition?
        repeat {
            let page = try await list(
                MessageListing(
                    query: MessageQuery(scope: .mailbox(mailboxID), from: from, to: to, start: start, folder: folder), limit: Self.batchSize,
                    keep: { $0.accountID == account.id && matches($0) }))
            start = page.next
            outcome.append(
                try await inTransaction { change in
                    var part = BatchOutcome()
                    // Another caller may have changed them between the two transactions.
                    let messages = try change.writer.messages(ids: page.messages.map(\.id)), held = try change.writer.heldMessages(among: messages)
                    for message in messages where folder == nil || message.folder == folder {
                        if message.timestamp < cutoff {
                            part.failed.append((message.monthID, .priorToRetention))
                        } else if held.contains(message.id) {
                            part.failed.append((message.monthID, .held))
                        } else {
                            try change.discard(message)
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
        _ ids: [String], of mailboxID: String, _ account: Account, heedsHolds: Bool = false,
        _ change: @escaping @Sendable (Message, inout MessageBatch) throws -> [String]
    ) async throws -> BatchOutcome {
        let cutoff = service.mailboxes.cutoff(for: account)
        var outcome = BatchOutcome()
        for start in stride(from: 0, to: ids.count, by: Self.batchSize) {
            let slice = ids[start..<min(start + Self.batchSize, ids.count)]
            do {
                outcome.append(
                    try await inTransaction(of: account) { current in
                        var batch = try MessageBatch(slice, of: mailboxID, since: cutoff, heedsHolds: heedsHolds, current)
                        return try Self.apply(change, to: slice, &batch)
                    })
            } catch VoicemailError.notFound where start > 0 {
                outcome.failed += ids[start...].map { ($0, .notFound) }
                return outcome
            }
        }
        return outcome
    }

    /// One transaction of `changeEach`.
    private static func apply(
        _ change: (Message, inout MessageBatch) throws -> [String], to ids: ArraySlice<String>, _ batch: inout MessageBatch
    ) throws -> BatchOutcome {
        var part = BatchOutcome()
        for id in ids {
            do {
                part.succeeded += try change(try batch.next(id), &batch)
            } catch VoicemailError.notFound(let missing) where missing == id {
                part.failed.append((id, .notFound))
            } catch VoicemailError.expired {
                part.failed.append((id, .priorToRetention))
            } catch VoicemailError.held {
                part.failed.append((id, .held))
            }
        }
        return part
    }

    private func requireMailboxes(_ ids: [String], _ account: Account) async throws {
        try await store.read { reader in
            let found = Set(try reader.find(Mailbox.self, ids: ids, in: account.id, attributes: []).map(\.id))
            if let missing = ids.first(where: { !found.contains($0) }) { throw VoicemailError.notFound(id: missing) }
        }
    }
}
