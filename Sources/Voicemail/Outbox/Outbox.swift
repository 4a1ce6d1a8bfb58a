/// What became of a delivery when its attempt was written down.
public enum Settlement: Sendable, Hashable {
    /// It is gone: told, or nobody is to be told any more.
    case over
    /// It stays: to be tried again, or given up.
    case left(Delivery)
    /// Nothing was written: another worker has taken it over, or it was dropped.
    case lost
}

extension Outbox {
    /// Turns the next events into deliveries. Their mark and the deliveries are written in one transaction, so that a crash neither loses nor
    /// doubles one, nor do workers that plan at the same time.
    /// - Returns: the events planned; fewer than `limit` when there are no more.
    public func plan(over channels: [any DeliveryChannel], limit: Int = 100) async throws -> [Event] {
        let now = clock.now
        let hasEvents = try await store.read { try !$0.unplannedEvents(limit: 1).isEmpty }
        guard hasEvents else { return [] }
        return try await store.write { writer in
            let events = try writer.unplannedEvents(limit: limit)
            for event in events {
                for channel in channels {
                    for planned in try channel.plan(event, writer) {
                        try writer.insert(Delivery(
                            channel: channel.name, target: planned.target, accountID: event.accountID, eventSerial: event.serial,
                            payload: planned.payload, due: now, created: now))
                    }
                }
            }
            try writer.markPlanned(events)
            return events
        }
    }

    /// Claims what is due.
    /// - Parameter lease: for how many seconds, by channel; after that another worker may take over.
    public func claim(
        by worker: String, targets: Int, perTarget: Int, lease: @escaping @Sendable (_ channel: String) -> Int
    ) async throws -> [Delivery] {
        let now = clock.now
        let isAnyDue = try await store.read { reader in
            // A claim writes; looking whether there is anything to claim does not.
            try reader.hasDueDeliveries(at: now)
        }
        guard isAnyDue else { return [] }
        return try await store.write {
            try $0.claimDeliveries(by: worker, dueBy: now, targets: targets, perTarget: perTarget) { now.advanced(by: lease($0)) }
        }
    }

    /// Sees to it that the claims on the rest of a batch last for another attempt; written only where they would not.
    /// - Parameter attempt: seconds that they must last.
    /// - Parameter lease: seconds that renewed ones last.
    /// - Returns: them under the claims that hold now. None when one is no longer held: who took it over tells its target, and the
    ///   others, let go of, come after it.
    public func renew(_ deliveries: [Delivery], toLast attempt: Int, lease: Int) async throws -> [Delivery] {
        let now = clock.now
        let isLasting = deliveries.allSatisfy { delivery in delivery.claim.map { $0.until >= now.advanced(by: attempt) } ?? false }
        if isLasting { return deliveries }
        return try await store.write { writer in
            let renewed = try deliveries.compactMap { delivery -> Delivery? in
                guard let claim = delivery.claim else { return nil }
                var renewed = delivery
                renewed.claim = Delivery.Claim(worker: claim.worker, until: now.advanced(by: lease))
                return try writer.update(renewed, heldUnder: claim) ? renewed : nil
            }
            guard renewed.count < deliveries.count else { return renewed }
            try Self.release(renewed, writer)
            return []
        }
    }

    /// Writes down what became of an attempt, if the delivery is still held under the claim that it was made under.
    /// - Parameter jitter: 0…1, for the delay before the next one.
    @discardableResult
    public func settle(_ delivery: Delivery, _ outcome: DeliveryOutcome, retries: RetryPolicy, jitter: Double) async throws -> Settlement {
        guard let claim = delivery.claim else { return .lost }
        var settled = delivery
        settled.claim = nil
        settled.attempts += 1
        switch outcome {
        case .delivered, .withdrawn:
            return try await store.write { try $0.remove(deliveryID: delivery.id, heldUnder: claim) } ? .over : .lost
        case .refused(let reason):
            settled.state = .dead
            settled.failure = Self.shortened(reason)
        case .failed(let reason):
            Self.postpone(&settled, retries, reason, jitter, clock.now)
        case .failedUnder(let policy, let reason):
            Self.postpone(&settled, policy, reason, jitter, clock.now)
        }
        let result = settled
        return try await store.write { try $0.update(result, heldUnder: claim) } ? .left(result) : .lost
    }

    private static func postpone(_ delivery: inout Delivery, _ policy: RetryPolicy, _ reason: String, _ jitter: Double, _ now: Timestamp) {
        delivery.failure = shortened(reason)
        if delivery.attempts >= policy.maximumAttempts {
            delivery.state = .dead
        } else {
            delivery.due = now.advanced(by: policy.delay(afterAttempts: delivery.attempts, jitter: jitter))
        }
    }

    private static func shortened(_ reason: String) -> String { String(reason.unicodeScalars.prefix(500).map(Character.init)) }

    /// Lets go of what was claimed and not tried, where it is still held.
    public func unclaim(_ deliveries: [Delivery]) async throws {
        guard !deliveries.isEmpty else { return }
        try await store.write { try Self.release(deliveries, $0) }
    }

    private static func release(_ deliveries: [Delivery], _ writer: any StoreWriter) throws {
        for var delivery in deliveries {
            guard let claim = delivery.claim else { continue }
            delivery.claim = nil
            _ = try writer.update(delivery, heldUnder: claim)
        }
    }
}

/// What an administrator does with the outbox.
extension Outbox {
    public func list(_ query: DeliveryQuery) async throws -> [Delivery] {
        try await store.read { try $0.deliveries(query) }
    }

    public func totals() async throws -> DeliveryTotals {
        try await store.read { try $0.deliveryTotals() }
    }

    /// - Throws: `VoicemailError.notFound`.
    public func find(_ id: String) async throws -> Delivery {
        guard let delivery = try await store.read({ try $0.delivery(id: id) }) else { throw VoicemailError.notFound(id: id) }
        return delivery
    }

    /// Has a delivery tried at once, with all its attempts before it again.
    public func retry(_ id: String) async throws -> Delivery {
        let now = clock.now
        return try await store.write { writer in
            guard var delivery = try writer.delivery(id: id) else { throw VoicemailError.notFound(id: id) }
            delivery.state = .pending
            delivery.attempts = 0
            delivery.due = now
            try writer.update(delivery)
            return delivery
        }
    }

    public func drop(_ id: String) async throws {
        try await store.write { writer in
            guard try writer.delivery(id: id) != nil else { throw VoicemailError.notFound(id: id) }
            try writer.remove(deliveryID: id)
        }
    }
}
