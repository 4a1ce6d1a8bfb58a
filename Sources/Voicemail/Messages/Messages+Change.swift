extension Messages {
    /// Messages changed in one transaction; a longer request takes several, so that it does not hold others up.
    private static let batchSize = 256

    /// Files messages in a folder.
    public func file(_ ids: [String], of mailboxID: String, in folder: Folder, account: Account) async throws -> BatchOutcome {
        try await changeEach(ids, of: mailboxID, account) { message, batch in
            BatchOutcome(succeeded: [try batch.change.change.file(message, in: folder).monthID])
        }
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
        let standard = limits.mailboxCapacity
        return try await changeEach(ids, of: mailboxID, account, heedsHolds: true) { message, batch in
            let target = try batch.destination(destination, standard: standard)
            return BatchOutcome(succeeded: [try batch.change.move(message, to: target, note).monthID])
        }
    }

    /// Moves one message.
    /// - Throws: `VoicemailError.limitReached` or `.mailboxDisabled` for a broadcasting group none of whose members takes it; it stays then.
    public func move(_ place: MessagePlace, to destination: String, account: Account) async throws -> Message {
        let cutoff = service.mailboxes.cutoff(for: account), standard = limits.mailboxCapacity
        return try await inTransaction(of: account) { change in
            try change.move(try change.look.changeable(place, since: cutoff), to: destination, standard: standard)
        }
    }

    /// Copies messages to other mailboxes. The audio is shared, not copied (promise 3). What a broadcasting group refuses, as none of its members takes it,
    /// the other mailboxes get all the same; the message counts as failed, too.
    /// - Parameter note: of who sends them on to somebody, who is told then; nil for who only files.
    /// - Throws: `VoicemailError.notFound` for a destination, before anything is copied; `.invalid` for more copies than
    ///   `Limits.maximumBatch`.
    public func copy(
        _ ids: [String], of mailboxID: String, to destinations: [String], account: Account, note: ForwardingNote? = nil
    ) async throws -> BatchOutcome {
        let destinations = Array(OrderedSet(destinations))
        if destinations.count * ids.count > limits.maximumBatch {
            throw VoicemailError.invalid([
                Violation(["destinations"], .maxItems(limits.maximumBatch / ids.count), value: .int(destinations.count))
            ])
        }
        try await requireMailboxes(destinations, account)
        let standard = limits.mailboxCapacity
        return try await changeEach(ids, of: mailboxID, account) { message, batch in
            var part = BatchOutcome()
            for destination in destinations {
                do {
                    let target = try batch.destination(destination, standard: standard)
                    part.succeeded.append(try batch.change.duplicate(message, to: target, note).monthID)
                } catch let error as VoicemailError {
                    guard let reason = BatchOutcome.Reason(error, of: message.monthID) else { throw error }
                    if part.failed.isEmpty { part.failed.append((message.monthID, reason)) }
                }
            }
            return part
        }
    }

    /// Removes messages.
    public func remove(_ ids: [String], of mailboxID: String, account: Account) async throws -> BatchOutcome {
        try await changeEach(ids, of: mailboxID, account, heedsHolds: true) { message, batch in
            try batch.change.change.discard(message)
            return BatchOutcome(succeeded: [message.monthID])
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
        _ change: @escaping @Sendable (Message, inout MessageBatch) throws -> BatchOutcome
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
        _ change: (Message, inout MessageBatch) throws -> BatchOutcome, to ids: ArraySlice<String>, _ batch: inout MessageBatch
    ) throws -> BatchOutcome {
        var part = BatchOutcome()
        for id in ids {
            do {
                part.append(try change(try batch.next(id), &batch))
            } catch let error as VoicemailError {
                guard let reason = BatchOutcome.Reason(error, of: id) else { throw error }
                part.failed.append((id, reason))
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
