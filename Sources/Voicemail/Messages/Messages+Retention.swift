import Logging

extension Messages {
    /// Messages removed in one transaction.
    private static let retentionBatch = 256
    /// Messages found in one reading.
    private static let retentionSearch = 4096

    private typealias Due = (message: Message, departure: Departure)

    /// Puts into the trash what retention no longer keeps of an account's messages, and says so in the log. What a hold covers stays.
    /// - Returns: how many messages went.
    @discardableResult
    func expire(of account: Account) async throws -> Int {
        let now = clock.now, held = try await store.read { try $0.heldSubjects(accountID: account.id) }
        guard !held.contains(account.id) else { return 0 }
        var removed = 0
        var range = ListingRange(limit: 100, attributes: Mailbox.ownAttributes)
        repeat {
            let page: ListingPage<Mailbox> = try await pageStored(accountID: account.id, range) { $0 }
            for mailbox in page.items where !held.contains(mailbox.id) {
                let id = mailbox.id, expiry = MessageExpiry(retention: retention(of: mailbox, in: account), held: held, time: now)
                if expiry.retention.days != nil { removed += try await drain { try expiry.visitOld(in: id, $0, $1) } }
                if expiry.retention.count != nil { removed += try await drain { try expiry.visitSurplus(in: id, $0, $1) } }
            }
            range.start = page.next
        } while range.start != nil
        let expiry = MessageExpiry(retention: MessageRetention(bytes: messageBytes(of: account)), held: held, time: now)
        if expiry.retention.bytes != nil { removed += try await drain { try expiry.visitBulk(of: account.id, $0, $1) } }
        return removed
    }

    func messageBytes(of account: Account) -> Int? { account.messageKeepBytes ?? limits.messageRetention.bytes }

    /// Removes what `visit` shows and no hold covers, until it shows nothing more. What somebody has changed since it was found is judged anew the
    /// next time.
    private func drain(
        _ visit: @escaping @Sendable (any StoreReader, (Message, Departure) throws -> Bool) throws -> Void
    ) async throws -> Int {
        var removed = 0
        while true {
            let found = try await store.read { reader in
                var found: [Due] = []
                try visit(reader) { message, departure in
                    if !departure.isHeld { found.append((message, departure)) }
                    return found.count < Self.retentionSearch
                }
                return found
            }
            var gone = 0
            for start in stride(from: 0, to: found.count, by: Self.retentionBatch) {
                gone += try await remove(Array(found[start..<min(start + Self.retentionBatch, found.count)]))
            }
            removed += gone
            if found.count < Self.retentionSearch || gone == 0 { return removed }
        }
    }

    private func remove(_ batch: [Due]) async throws -> Int {
        let gone = try await inTransaction { change in
            let found = try change.writer.messages(ids: batch.map(\.message.id)), held = try change.writer.heldMessages(among: found)
            let current = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            return try batch.filter { due in
                guard let message = current[due.message.id], message.revision == due.message.revision, !held.contains(message.id) else { return false }
                try change.discard(message, because: .retention(due.departure.rule.words))
                return true
            }
        }
        for (message, departure) in gone {
            logger.notice(
                "retention removed a message",
                metadata: [
                    "account": "\(message.accountID)", "mailbox": "\(message.mailboxID)", "message": "\(message.monthID)", "reason": "\(departure.rule.words)",
                ])
        }
        service.observer.expired(.message, gone.count)
        return gone.count
    }
}
