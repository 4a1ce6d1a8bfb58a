extension Outbox {
    /// The cursor up to which events have been turned into deliveries. Events behind it are never dropped.
    static let cursor = "outbox"

    /// Turns the next events into deliveries: cursor and deliveries move in one transaction, so that a crash neither loses nor doubles one.
    /// - Returns: the events seen; fewer than `limit` when there are no more.
    public func plan(over channels: [any DeliveryChannel], limit: Int = 100) async throws -> [Event] {
        let now = clock.now
        let hasEvents = try await store.read { reader in
            try !reader.events(after: try reader.eventCursor(of: Self.cursor), limit: 1).isEmpty
        }
        guard hasEvents else { return [] }
        return try await store.write { writer in
            let events = try writer.events(after: try writer.eventCursor(of: Self.cursor), limit: limit)
            for event in events {
                for channel in channels {
                    for planned in try channel.plan(event, writer) {
                        try writer.insert(Delivery(
                            channel: channel.name, target: planned.target, accountID: event.accountID, eventSerial: event.serial,
                            payload: planned.payload, due: now, created: now))
                    }
                }
            }
            if let last = events.last { try writer.setEventCursor(of: Self.cursor, to: last.serial) }
            return events
        }
    }

    /// Claims what is due.
    /// - Parameter seconds: after which another worker may take it over.
    public func claim(targets: Int, perTarget: Int, seconds: Int) async throws -> [Delivery] {
        let now = clock.now
        let isAnyDue = try await store.read { reader in
            // A claim writes; looking whether there is anything to claim does not.
            try reader.hasDueDeliveries(at: now)
        }
        guard isAnyDue else { return [] }
        return try await store.write {
            try $0.claimDeliveries(dueBy: now, until: now.advanced(by: seconds), targets: targets, perTarget: perTarget)
        }
    }

    /// Writes down what became of an attempt.
    /// - Parameter jitter: 0…1, for the delay before the next one.
    /// - Returns: the delivery as it stands; nil when it is over.
    @discardableResult
    public func settle(_ delivery: Delivery, _ outcome: DeliveryOutcome, retries: RetryPolicy, jitter: Double) async throws -> Delivery? {
        var settled = delivery
        settled.claimedUntil = nil
        settled.attempts += 1
        switch outcome {
        case .delivered, .withdrawn:
            try await store.write { try $0.remove(deliveryID: delivery.id) }
            return nil
        case .refused(let reason):
            settled.state = .dead
            settled.failure = Self.shortened(reason)
        case .failed(let reason):
            Self.postpone(&settled, retries, reason, jitter, clock.now)
        case .failedUnder(let policy, let reason):
            Self.postpone(&settled, policy, reason, jitter, clock.now)
        }
        let result = settled
        try await store.write { try $0.update(result) }
        return result
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

    /// Lets go of what was claimed and not tried.
    public func unclaim(_ deliveries: [Delivery]) async throws {
        guard !deliveries.isEmpty else { return }
        try await store.write { writer in
            for var delivery in deliveries {
                delivery.claimedUntil = nil
                try writer.update(delivery)
            }
        }
    }

    /// Forgets the claims of workers that are gone. For a worker that starts, and is the only one.
    public func releaseClaims() async throws {
        try await store.write { try $0.releaseClaims() }
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
