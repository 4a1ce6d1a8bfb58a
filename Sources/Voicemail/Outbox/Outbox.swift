import Waiting

/// What became of a delivery when its attempt was written down.
public enum Settlement: Sendable, Hashable {
    /// It is gone: told, or nobody is to be told any more.
    case over
    /// It stays: to be tried again, or given up.
    case left(Delivery)
    /// It was left as it is, because another worker has taken it over, or because it was dropped.
    case lost
}

extension Outbox {
    /// Rung when there are events to turn into deliveries. They may come without it, too: from another process.
    public var bell: Bell { store.eventBell }

    /// Events after a serial, oldest first, at most `limit`: for looking at. Serials are not in the order of commits.
    public func events(after serial: Int, limit: Int) async throws -> [Event] {
        try await store.read { try $0.events(after: serial, limit: limit) }
    }

    /// Serials of the events there are, the highest first, at most `limit`.
    public func newestEventSerials(limit: Int) async throws -> [Int] {
        try await store.read { try $0.newestEventSerials(limit: limit) }
    }

    /// Turns the next events into deliveries. Their mark and the deliveries are written in one transaction, so that a crash neither loses nor
    /// doubles one, nor do workers that plan at the same time.
    /// - Returns: the events planned; fewer than `limit` when there are no more.
    public func plan(over channels: [any DeliveryChannel], limit: Int = 100) async throws -> [Event] {
        let now = clock.now
        let hasEvents = try await store.read { try !$0.unplannedEvents(limit: 1).isEmpty }
        guard hasEvents else { return [] }
        return try await store.write { writer in
            let change = Change(writer: writer, now: now)
            let events = try writer.unplannedEvents(limit: limit)
            // What was asked for one event before anything is changed need not be asked for the next one.
            var planned: [Delivery] = []
            for event in events {
                for channel in channels { planned += try change.look.deliveries(of: event, over: channel) }
                guard planned.count >= Self.plannedTogether else { continue }
                try change.insertNew(planned)
                planned = []
            }
            try change.insertNew(planned)
            try writer.markPlanned(events)
            return events
        }
    }

    /// Planned deliveries that are held before they are stored.
    private static let plannedTogether = 200

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
            let current = try reader.deliveries(byID: deliveries)
            return deliveries.allSatisfy { each in
                current[each.id]?.claim.map { $0.holder == each.claim?.holder && $0.until > end } ?? false
            }
        }
    }

    /// Renews the claims on deliveries for a whole lease from now. A claim that has run out is not renewed: another worker may be telling its target by now.
    /// - Returns: whether all of them were.
    @discardableResult
    public func renew(_ deliveries: [Delivery], lease: Int) async throws -> Bool {
        let now = clock.now
        return try await store.write { writer in
            let found = try writer.deliveries(byID: deliveries)
            var areAllHeld = true
            for delivery in deliveries {
                guard let holder = delivery.claim?.holder, var current = found[delivery.id], let claim = current.claim, claim.holder == holder,
                    claim.until > now
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

    /// Writes down what became of an attempt, if the delivery is still held as it was when the attempt began; and the attempt's record in any case.
    /// - Parameters:
    ///   - channel: which is asked what follows from the delivery's end.
    ///   - jitter: 0…1, for the delay before the next one.
    @discardableResult
    public func settle(
        _ delivery: Delivery, _ attempt: DeliveryAttempt, by channel: (any DeliveryChannel)?, retries: RetryPolicy, jitter: Double
    ) async throws -> Settlement {
        guard let holder = delivery.claim?.holder else { return .lost }
        let now = clock.now
        var settled = delivery
        settled.claim = nil
        settled.attempts += 1
        switch attempt.outcome {
        case .delivered, .withdrawn:
            let end: DeliveryEnd = attempt.outcome == .delivered ? .delivered : .withdrawn
            return try await settle([EndedDelivery(delivery, end, record: attempt.record)], by: channel).first ?? .lost
        case .refused(let reason):
            settled.state = .dead
            settled.note(failure: reason)
        case .failed(let reason):
            settled.postpone(by: retries, because: reason, jitter: jitter, at: now)
        case .failedUnder(let policy, let reason):
            settled.postpone(by: policy, because: reason, jitter: jitter, at: now)
        case .unreachable(let reason, let policy):
            settled.postpone(by: policy ?? retries, because: reason, jitter: jitter, at: now)
        case .notYet(let reason, let seconds):
            settled.attempts = delivery.attempts
            settled.note(failure: reason)
            settled.due = now.advanced(by: max(1, seconds))
        }
        let result = settled
        return try await store.write { writer in
            if let record = attempt.record { try writer.append(record) }
            guard try writer.update(result, heldBy: holder) else { return .lost }
            if result.state == .dead { try channel?.ended(result, .givenUp, at: now, writer) }
            return .left(result)
        }
    }

    /// The same of several that need no further attempt, in one transaction, which costs one sync.
    public func settle(_ ended: [EndedDelivery], by channel: (any DeliveryChannel)?) async throws -> [Settlement] {
        try await inTransaction { try $0.end(ended, by: channel) }
    }

    /// Attempts to tell a receiver that are listed: the latest. Housekeeping drops the others.
    static let attemptsOfReceiver = 50
    /// Attempts that are listed of an account.
    private static let attemptsOfAccount = 1000

    /// The latest attempts to tell a receiver, the latest first.
    public func attempts(ofReceiver id: String) async throws -> [AttemptRecord] {
        try await store.read { try $0.attempts(AttemptQuery(.receiver(id), limit: Self.attemptsOfReceiver)) }
    }

    /// The same of all receivers of an account.
    public func attempts(of account: Account) async throws -> [AttemptRecord] {
        try await store.read { try $0.attempts(AttemptQuery(.account(account.id), limit: Self.attemptsOfAccount)) }
    }

    /// Gives up deliveries whose time has passed, where they are still held.
    /// - Parameter channel: which is asked what follows from their end.
    public func giveUpOverdue(_ deliveries: [Delivery], by channel: any DeliveryChannel) async throws {
        let now = clock.now
        try await store.write { writer in
            let givenUp = try writer.held(deliveries).map { held in
                var delivery = held
                delivery.claim = nil
                delivery.state = .dead
                delivery.note(failure: "its time has passed" + (delivery.failure.isEmpty ? "" : "; " + delivery.failure))
                return delivery
            }
            for delivery in givenUp { try channel.ended(delivery, .givenUp, at: now, writer) }
            for delivery in givenUp { try writer.update(delivery) }
        }
    }

    /// Lets go of what was claimed and not tried, where it is still held.
    public func unclaim(_ deliveries: [Delivery]) async throws {
        guard !deliveries.isEmpty else { return }
        try await store.write { writer in
            for var delivery in try writer.held(deliveries) {
                delivery.claim = nil
                try writer.update(delivery)
            }
        }
    }
}

/// A delivery that needs no further attempt.
public struct EndedDelivery: Sendable {
    public let delivery: Delivery
    public let end: DeliveryEnd
    /// What is kept of its last attempt.
    public let record: AttemptRecord?

    public init(_ delivery: Delivery, _ end: DeliveryEnd, record: AttemptRecord? = nil) {
        self.delivery = delivery
        self.end = end
        self.record = record
    }
}

extension Delivery {
    /// Why it was not told, as far as it is kept.
    fileprivate mutating func note(failure reason: String) { failure = Self.kept(reason) }

    /// As much of a reason as is kept.
    static func kept(_ reason: String) -> String { String(reason.unicodeScalars.prefix(500).map(Character.init)) }

    /// Puts it off until a policy has it tried again, or gives it up.
    fileprivate mutating func postpone(by policy: RetryPolicy, because reason: String, jitter: Double, at now: Timestamp) {
        note(failure: reason)
        if attempts >= policy.maximumAttempts {
            state = .dead
        } else {
            due = now.advanced(by: policy.delay(afterAttempts: attempts, jitter: jitter))
        }
    }
}
