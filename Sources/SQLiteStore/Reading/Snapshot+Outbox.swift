import StoredRows
import Voicemail

extension Snapshot {
    func unplannedEvents(limit: Int) throws -> [Event] {
        var run = try connection.prepare(
            """
            SELECT \(EventRow.columns) FROM event INDEXED BY event_unplanned WHERE planned = 0 AND \(EventRow.isKnown) ORDER BY serial LIMIT ?
            """)
        run.bind(max(0, limit))
        var events: [Event] = []
        while try run.step() { events.append(try EventRow.decode(run)) }
        return events
    }

    func events(_ query: EventQuery) throws -> [Event] {
        var run = try connection.prepare(
            """
            SELECT \(EventRow.columns) FROM event INDEXED BY event_by_time
            WHERE created >= ? AND created <= ? AND (created, serial) > (?, ?) AND account_id = ? AND \(EventRow.isKnown) ORDER BY created, serial LIMIT ?
            """)
        run.bind(query.from)
        run.bind(query.to)
        run.bind(query.after?.created ?? query.from)
        run.bind(query.after?.serial ?? 0)
        run.bind(query.accountID)
        run.bind(max(0, query.limit))
        var events: [Event] = []
        while try run.step() { events.append(try EventRow.decode(run)) }
        return events
    }

    func delivery(id: String) throws -> Delivery? {
        var run = try connection.prepare("SELECT \(DeliveryRow.columns) FROM delivery WHERE id = ?")
        run.bind(id)
        return try run.step() ? try DeliveryRow.decode(run) : nil
    }

    func deliveries(_ query: DeliveryQuery) throws -> [Delivery] {
        var run = try connection.prepare(
            """
            SELECT \(DeliveryRow.columns) FROM delivery
            WHERE serial > ?1 AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR account_id = ?3) AND (?4 IS NULL OR channel = ?4)
            AND (?5 IS NULL OR target = ?5) AND (?6 IS NULL OR created >= ?6) AND (?7 IS NULL OR created <= ?7) ORDER BY serial LIMIT ?8
            """)
        run.bind(query.after)
        run.bind(query.state?.rawValue)
        run.bind(query.accountID)
        run.bind(query.channel)
        run.bind(query.target)
        run.bind(query.from?.unix)
        run.bind(query.to?.unix)
        run.bind(max(0, query.limit))
        var found: [Delivery] = []
        while try run.step() { found.append(try DeliveryRow.decode(run)) }
        return found
    }

    func hasDueDeliveries(at now: Timestamp, through gate: any DeliveryGate) throws -> Bool {
        var gate = gate, found = false
        try forEachDueTarget(at: now, except: gate.closedChannels) { target in
            found = gate.admits(target.channel, target.target)
            return !found
        }
        return found
    }

    func deliveryTotals() throws -> DeliveryTotals {
        var run = try connection.prepare("SELECT state, count FROM delivery_tally")
        var totals = DeliveryTotals()
        while try run.step() {
            switch Delivery.State(rawValue: run.text(0)) {
            case .pending: totals.pending = run.int(1)
            case .dead: totals.dead = run.int(1)
            case nil: throw StoreError.failed("deliveries in an unknown state")
            }
        }
        return totals
    }

    /// A target with something due and nothing in progress.
    struct DueTarget {
        let channel: String
        let target: String
        /// When its first delivery was due.
        let due: Timestamp
    }

    /// Visits until `visit` returns false, in no particular order. A target costs two steps in indexes, however much waits for it, and a
    /// channel that is passed over costs one.
    func forEachDueTarget(at now: Timestamp, except channels: Set<String>, _ visit: (DueTarget) throws -> Bool) throws {
        var next = try target(after: ("", ""))
        while let target = next {
            guard !channels.contains(target.channel) else {
                next = try self.target(behind: target.channel)
                continue
            }
            if target.due <= now, try !isInProgress(target, at: now), try !visit(target) { return }
            next = try self.target(after: (target.channel, target.target))
        }
    }

    private func target(behind channel: String) throws -> DueTarget? {
        var run = try connection.prepare(
            """
            SELECT channel, target, due FROM delivery INDEXED BY delivery_due
            WHERE state = 'pending' AND channel > ? ORDER BY channel, target, due LIMIT 1
            """)
        run.bind(channel)
        return try run.step() ? DueTarget(channel: run.text(0), target: run.text(1), due: run.timestamp(2)) : nil
    }

    private func target(after place: (channel: String, target: String)) throws -> DueTarget? {
        var run = try connection.prepare(
            """
            SELECT channel, target, due FROM delivery INDEXED BY delivery_due
            WHERE state = 'pending' AND (channel, target) > (?, ?) ORDER BY channel, target, due LIMIT 1
            """)
        run.bind(place.channel)
        run.bind(place.target)
        return try run.step() ? DueTarget(channel: run.text(0), target: run.text(1), due: run.timestamp(2)) : nil
    }

    private func isInProgress(_ target: DueTarget, at now: Timestamp) throws -> Bool {
        var run = try connection.prepare(
            """
            SELECT 1 FROM delivery INDEXED BY delivery_claimed WHERE channel = ? AND target = ? AND claimed_until > ? AND claimed_until <> 0 LIMIT 1
            """)
        run.bind(target.channel)
        run.bind(target.target)
        run.bind(now)
        return try run.step()
    }
}
