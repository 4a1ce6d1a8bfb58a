import Waiting

extension Housekeeping {
    /// Rows or blobs handled in one transaction, so that housekeeping holds nobody up.
    static let housekeepingBatch = 500
    /// Accounts that are looked at in one statement, with all of their mailboxes.
    private static let accountsTogether = 20
    /// Seconds an expired session stays known, so that its holder is told that it expired and not that it never was
    /// (S§2.6).
    private static let expiredSessionMemory = 3600

    /// What time does to the store: expired messages leave the tallies, broadcasts that waited for audio go on without it,
    /// removed messages go for good after the trash's days, messages and recordings go that retention no longer keeps, and dead
    /// sessions, told events, old dead letters, records of old attempts and failed logins long ago are dropped. Run every few minutes. It ends early
    /// when nobody waits for it any more.
    public func sweep() async throws {
        let now = clock.now
        for account in try await store.read({ try $0.removedAccounts() }) {
            try Task.checkCancellation()
            try await service.accounts.removeContents(of: account)
        }
        var range = ListingRange(limit: Self.accountsTogether)
        repeat {
            let page = try await service.accounts.list(below: nil, range) { $0 }
            let cutoffs = page.items.map { (accountID: $0.id, cutoff: service.mailboxes.cutoff(for: $0)) }
            // Mostly there is nothing to retire, and looking costs no write.
            let retiring = try await store.read { try $0.accountsToRetire(cutoffs) }
            for account in page.items {
                try Task.checkCancellation()
                try await sweep(account, retires: retiring.contains(account.id))
            }
            range.start = page.next
        } while range.start != nil
        let removedBefore = now.advanced(by: -limits.trashDays * 86_400)
        try await repeatedly { try Change(writer: $0, now: now).purge(removedBefore: removedBefore, limit: $1) }
        let eventsBefore = now.advanced(by: -limits.eventDays * 86_400)
        let deadBefore = now.advanced(by: -limits.deadLetterDays * 86_400)
        try await store.write { writer in
            try writer.removeTickets(expiredBefore: now.advanced(by: -Self.expiredSessionMemory))
            try writer.removeEvents(createdBefore: eventsBefore)
            try writer.removeDeliveries(deadBefore: deadBefore)
            try writer.removeLoginCounts(lastBefore: now.advanced(by: -LoginRules.memory))
        }
        try await repeatedly { try $0.removeAttempts(madeBefore: deadBefore, limit: $1) }
        try await forgetOldAttempts()
        try await service.audit.seal()
        await collectGarbage()
        // A command may have stored audio unmeasured, and cannot ring the bell of this process.
        measuringBell.ring()
    }

    private func sweep(_ account: Account, retires: Bool) async throws {
        let cutoff = service.mailboxes.cutoff(for: account)
        if retires { try await repeatedly { try $0.retire(accountID: account.id, cutoff: cutoff, limit: $1) } }
        try await service.groups.distributeLeftovers(of: account)
        try await service.messages.expire(of: account)
        try await service.recordings.expire(of: account)
    }

    /// Drops the attempts that no list shows: older than its latest, or of a receiver that is gone.
    private func forgetOldAttempts() async throws {
        let most = Outbox.attemptsOfReceiver, limit = Self.housekeepingBatch
        var last: String?
        repeat {
            let (page, living) = try await store.read { [last] reader in
                let page = try reader.attemptedReceivers(after: last, moreThan: most, limit: limit)
                return (page, Set(try reader.documents(ids: page.map(\.id), attributes: []).map(\.id)))
            }
            for receiver in page {
                let kept = living.contains(receiver.id) ? most : 0
                guard receiver.hasMore || kept == 0 else { continue }
                try await repeatedly { try $0.removeAttempts(ofReceiver: receiver.id, exceptLatest: kept, limit: $1) }
            }
            last = page.count == limit ? page.last?.id : nil
        } while last != nil
    }

    /// Runs `step` in one transaction after the other until one changes fewer rows than it may.
    func repeatedly(_ step: @escaping @Sendable (any StoreWriter, _ limit: Int) throws -> Int) async throws {
        let limit = Self.housekeepingBatch
        while try await store.write({ try step($0, limit) }) == limit {}
    }
}

extension Change {
    /// Removes for good what has been in the trash long enough. The audit log gets one entry for each account, with the ids.
    fileprivate func purge(removedBefore before: Timestamp, limit: Int) throws -> Int {
        let gone = try writer.purge(removedBefore: before, limit: limit)
        for (accountID, own) in Dictionary(grouping: gone, by: \.accountID).sorted(by: { $0.key < $1.key }) {
            try writer.audit(.purged, of: accountID, own.map(\.id), ["count": .int(own.count)], at: now)
        }
        return gone.count
    }
}
