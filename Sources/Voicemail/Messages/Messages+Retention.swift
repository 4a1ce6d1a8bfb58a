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
            let rules = page.items.filter { !held.contains($0.id) }.map { (mailboxID: $0.id, retention: retention(of: $0, in: account)) }
            // Mostly nothing is due, which is found out for all of them together.
            let found = try await store.read { reader in
                (try reader.isAnyTooOld(rules.compactMap(\.retention.days).min(), in: account.id, at: now), try reader.mailboxesWithTooMany(rules))
            }
            for (id, retention) in rules {
                let expiry = MessageExpiry(retention: retention, held: held, time: now)
                if found.0, retention.days != nil { removed += try await drain { try expiry.visitOld(in: id, $0, $1) } }
                if found.1.contains(id) { removed += try await drain { try expiry.visitSurplus(in: id, $0, $1) } }
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

extension StoreReader {
    /// Whether an account has a message that may be older than so many days, in whatever mailbox; nil stands for no end of days.
    fileprivate func isAnyTooOld(_ days: Int?, in accountID: String, at now: Timestamp) throws -> Bool {
        guard let days else { return false }
        var isAny = false
        try messages(MessageQuery(scope: .account(accountID), to: now.advanced(by: -days * 86_400), ascending: true, limit: 1)) { _ in
            isAny = true
            return false
        }
        return isAny
    }

    /// Those of some mailboxes that have more messages than they may keep.
    fileprivate func mailboxesWithTooMany(_ rules: [(mailboxID: String, retention: MessageRetention)]) throws -> Set<String> {
        let counted = rules.compactMap { rule in rule.retention.count.map { (id: rule.mailboxID, most: $0) } }
        let tallies = try visibleTallies(counted.map(\.id))
        return Set(zip(counted, tallies).filter { $1.total > $0.most }.map(\.0.id))
    }
}
