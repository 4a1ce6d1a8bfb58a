import Voicemail

extension MemoryTransaction {
    func events(after serial: Int, limit: Int) throws -> [Event] { Array(try all().events.filter { $0.serial > serial }.prefix(max(0, limit))) }

    func newestEventSerials(limit: Int) throws -> [Int] { try all().events.map(\.serial).sorted(by: >).prefix(max(0, limit)).map(\.self) }

    func unplannedEvents(limit: Int) throws -> [Event] {
        let rows = try all()
        return Array(rows.events.filter { rows.unplanned.contains($0.serial) }.prefix(max(0, limit)))
    }

    func events(_ query: EventQuery) throws -> [Event] {
        let found = try all().events.filter { event in
            event.accountID.isSame(as: query.accountID) && (query.from...query.to).contains(event.created)
                && query.after.map { ($0.created, $0.serial) < (event.created, event.serial) } ?? true
        }
        return Array(found.sorted { ($0.created, $0.serial) < ($1.created, $1.serial) }.prefix(max(0, query.limit)))
    }

    func append(_ event: Event) throws {
        try change { rows in
            var stored = event
            stored.serial = rows.nextSerial()
            rows.events.append(stored)
            rows.unplanned.insert(stored.serial)
        }
    }

    func markPlanned(_ events: [Event]) throws { try change { $0.unplanned.subtract(events.map(\.serial)) } }

    func remove(eventSerials: [Int]) throws {
        try change { rows in
            rows.events.removeAll { eventSerials.contains($0.serial) }
            rows.unplanned.subtract(eventSerials)
        }
    }

    func removeEvents(createdBefore: Timestamp) throws {
        try change { rows in rows.events.removeAll { [unplanned = rows.unplanned] in $0.created < createdBefore && !unplanned.contains($0.serial) } }
    }

    // MARK: Deliveries

    func delivery(id: String) throws -> Delivery? { try all().deliveries.first { $0.id.isSame(as: id) } }

    func deliveries(ids: [String]) throws -> [Delivery] { try ids.compactMap { try delivery(id: $0) } }

    func deliveries(_ query: DeliveryQuery) throws -> [Delivery] {
        let found = try all().deliveries.filter { delivery in
            delivery.serial > query.after && query.state.map { delivery.state == $0 } ?? true
                && query.accountID.map { delivery.accountID.isSame(as: $0) } ?? true && query.channel.map { delivery.channel.isSame(as: $0) } ?? true
                && query.target.map { delivery.target.isSame(as: $0) } ?? true && query.from.map { $0 <= delivery.created } ?? true
                && query.to.map { delivery.created <= $0 } ?? true
        }
        return Array(found.prefix(max(0, query.limit)))
    }

    func deliveryTotals() throws -> DeliveryTotals {
        let all = try all().deliveries
        return DeliveryTotals(pending: all.count { $0.state == .pending }, dead: all.count { $0.state == .dead })
    }

    func hasDueDeliveries(at now: Timestamp, through gate: any DeliveryGate) throws -> Bool {
        try !dueTargets(now, limit: 1, through: gate).isEmpty
    }

    private struct Target: Hashable {
        let channel: String
        let name: String
    }

    /// Targets with something due that nobody works for, the one that has waited longest first.
    private func dueTargets(_ now: Timestamp, limit: Int, through gate: any DeliveryGate) throws -> [Target] {
        let targets = Dictionary(grouping: try all().deliveries) { Target(channel: $0.channel, name: $0.target) }
        let due = targets.compactMap { target, deliveries -> (due: Timestamp, target: Target)? in
            guard !deliveries.contains(where: { $0.claim.map { $0.until > now } ?? false }) else { return nil }
            let first = deliveries.filter { $0.state == .pending && $0.due <= now }.map(\.due).min()
            return first.map { ($0, target) }
        }
        let inOrder = due.sorted { ($0.due, $0.target.channel, $0.target.name) < ($1.due, $1.target.channel, $1.target.name) }.map(\.target)
        var gate = gate, admitted: [Target] = []
        for target in inOrder where admitted.count < limit && !gate.closedChannels.contains(target.channel) {
            if gate.admits(target.channel, target.name) { admitted.append(target) }
        }
        return admitted
    }

    func claimDeliveries(
        under claim: Delivery.Claim, dueBy now: Timestamp, targets: Int, perTarget: Int, through gate: any DeliveryGate
    ) throws -> [Delivery] {
        var claimed: [Delivery] = []
        for target in try dueTargets(now, limit: targets, through: gate) {
            claimed += try all().deliveries.filter {
                $0.channel == target.channel && $0.target == target.name && $0.state == .pending && $0.due <= now
            }.prefix(max(0, perTarget))
        }
        for index in claimed.indices {
            claimed[index].claim = claim
            try update(claimed[index])
        }
        return claimed
    }

    func insert(_ delivery: Delivery) throws {
        guard try self.delivery(id: delivery.id) == nil else { throw StoreError.conflict }
        try change { rows in
            var stored = delivery
            stored.serial = rows.nextSerial()
            rows.deliveries.append(stored)
        }
    }

    func update(_ delivery: Delivery) throws {
        guard let index = try all().deliveries.firstIndex(where: { $0.id.isSame(as: delivery.id) }) else { return }
        try change { rows in
            rows.deliveries[index].state = delivery.state
            rows.deliveries[index].attempts = delivery.attempts
            rows.deliveries[index].due = delivery.due
            rows.deliveries[index].claim = delivery.claim
            rows.deliveries[index].failure = delivery.failure
        }
    }

    func update(_ delivery: Delivery, heldBy holder: String) throws -> Bool {
        guard try isHeld(delivery.id, by: holder) else { return false }
        try update(delivery)
        return true
    }

    func remove(deliveryID: String) throws { try change { $0.deliveries.removeAll { $0.id.isSame(as: deliveryID) } } }

    func removeDeliveries(deadBefore: Timestamp) throws { try change { $0.deliveries.removeAll { $0.state == .dead && $0.due < deadBefore } } }

    private func isHeld(_ id: String, by holder: String) throws -> Bool { holder.isSame(as: try delivery(id: id)?.claim?.holder) }
}
