import Waiting

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
    /// Rung when there are events to turn into deliveries. They may come without it, too: from another process.
    public var bell: Bell { store.eventBell }

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
                    for delivery in try Self.deliveries(of: event, over: channel, at: now, writer) {
                        // A replay may have made it already.
                        if try writer.delivery(id: delivery.id) == nil { try writer.insert(delivery) }
                    }
                }
            }
            try writer.markPlanned(events)
            return events
        }
    }

    /// What a channel tells of an event.
    static func deliveries(of event: Event, over channel: any DeliveryChannel, at now: Timestamp, _ reader: any StoreReader) throws -> [Delivery] {
        var counts: [String: Int] = [:]
        return try channel.plan(event, reader).map { planned in
            let number = counts[planned.target, default: 0]
            counts[planned.target] = number + 1
            return Delivery(
                id: Delivery.id(of: event, channel: channel.name, target: planned.target, number: number), channel: channel.name, target: planned.target,
                accountID: event.accountID, eventSerial: event.serial, payload: planned.payload, due: now, created: now)
        }
    }

    /// Claims what is due.
    /// - Parameters:
    ///   - lease: seconds after which others may take it over.
    ///   - gate: which targets may be taken.
    public func claim(targets: Int, perTarget: Int, lease: Int, through gate: any DeliveryGate = OpenGate()) async throws -> [Delivery] {
        let now = clock.now
        let isAnyDue = try await store.read { reader in
            // A claim writes; looking whether there is anything to claim does not.
            try reader.hasDueDeliveries(at: now, through: gate)
        }
        guard isAnyDue else { return [] }
        let claim = Delivery.Claim(holder: HexID.random(), until: now.advanced(by: lease))
        return try await store.write {
            try $0.claimDeliveries(under: claim, dueBy: now, targets: targets, perTarget: perTarget, through: gate)
        }
    }

    /// Whether all of some claimed deliveries are still held, and will be for so many seconds.
    public func areHeld(_ deliveries: [Delivery], for seconds: Int) async throws -> Bool {
        let end = clock.now.advanced(by: seconds)
        return try await store.read { reader in
            try deliveries.allSatisfy {
                try reader.delivery(id: $0.id)?.claim.map { [held = $0.claim] in $0.holder == held?.holder && $0.until > end } ?? false
            }
        }
    }

    /// Has the claims on deliveries last as long as new ones. One that has run out is not renewed: whoever has looked since may tell its target.
    /// - Returns: whether all of them were.
    @discardableResult
    public func renew(_ deliveries: [Delivery], lease: Int) async throws -> Bool {
        let now = clock.now
        return try await store.write { writer in
            var areAllHeld = true
            for delivery in deliveries {
                guard let holder = delivery.claim?.holder, var current = try writer.delivery(id: delivery.id), let claim = current.claim,
                    claim.holder == holder, claim.until > now
                else {
                    areAllHeld = false
                    continue
                }
                current.claim = Delivery.Claim(holder: holder, until: now.advanced(by: lease))
                try writer.update(current)
            }
            return areAllHeld
        }
    }

    /// Writes down what became of an attempt, if the delivery is still held as it was when the attempt began.
    /// - Parameters:
    ///   - channel: which is asked what follows from the delivery's end.
    ///   - jitter: 0…1, for the delay before the next one.
    @discardableResult
    public func settle(
        _ delivery: Delivery, _ outcome: DeliveryOutcome, by channel: (any DeliveryChannel)?, retries: RetryPolicy, jitter: Double
    ) async throws -> Settlement {
        guard let holder = delivery.claim?.holder else { return .lost }
        let now = clock.now
        var settled = delivery
        settled.claim = nil
        settled.attempts += 1
        switch outcome {
        case .delivered, .withdrawn:
            return try await store.write { try Self.end(delivery, outcome == .delivered ? .delivered : .withdrawn, by: channel, at: now, $0) }
        case .refused(let reason):
            settled.state = .dead
            settled.failure = Self.shortened(reason)
        case .failed(let reason):
            Self.postpone(&settled, retries, reason, jitter, now)
        case .failedUnder(let policy, let reason):
            Self.postpone(&settled, policy, reason, jitter, now)
        case .unreachable(let reason, let policy):
            Self.postpone(&settled, policy ?? retries, reason, jitter, now)
        case .notYet(let reason, let seconds):
            settled.attempts = delivery.attempts
            settled.failure = Self.shortened(reason)
            settled.due = now.advanced(by: max(1, seconds))
        }
        let result = settled
        return try await store.write { writer in
            guard try writer.update(result, heldBy: holder) else { return .lost }
            if result.state == .dead { try channel?.ended(result, .givenUp, at: now, writer) }
            return .left(result)
        }
    }

    /// The same of several that need no further attempt, in one transaction, which costs one sync.
    public func settle(_ ended: [(delivery: Delivery, end: DeliveryEnd)], by channel: (any DeliveryChannel)?) async throws -> [Settlement] {
        let now = clock.now
        return try await store.write { writer in try ended.map { try Self.end($0.delivery, $0.end, by: channel, at: now, writer) } }
    }

    private static func end(
        _ delivery: Delivery, _ end: DeliveryEnd, by channel: (any DeliveryChannel)?, at now: Timestamp, _ writer: any StoreWriter
    ) throws -> Settlement {
        guard let holder = delivery.claim?.holder, try writer.remove(deliveryID: delivery.id, heldBy: holder) else { return .lost }
        try channel?.ended(delivery, end, at: now, writer)
        return .over
    }

    private static func postpone(_ delivery: inout Delivery, _ policy: RetryPolicy, _ reason: String, _ jitter: Double, _ now: Timestamp) {
        delivery.failure = shortened(reason)
        if delivery.attempts >= policy.maximumAttempts {
            delivery.state = .dead
        } else {
            delivery.due = now.advanced(by: policy.delay(afterAttempts: delivery.attempts, jitter: jitter))
        }
    }

    /// Gives up deliveries whose time has passed, where they are still held.
    /// - Parameter channel: which is asked what follows from their end.
    public func giveUpOverdue(_ deliveries: [Delivery], by channel: any DeliveryChannel) async throws {
        let now = clock.now
        try await store.write { writer in
            for var delivery in deliveries {
                guard let holder = delivery.claim?.holder else { continue }
                delivery.claim = nil
                delivery.state = .dead
                delivery.failure = Self.shortened("its time has passed" + (delivery.failure.isEmpty ? "" : "; " + delivery.failure))
                if try writer.update(delivery, heldBy: holder) { try channel.ended(delivery, .givenUp, at: now, writer) }
            }
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
            guard let holder = delivery.claim?.holder else { continue }
            delivery.claim = nil
            _ = try writer.update(delivery, heldBy: holder)
        }
    }
}
