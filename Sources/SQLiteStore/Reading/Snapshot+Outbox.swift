import Voicemail

extension Snapshot {
    func eventCursor(of name: String) throws -> Int {
        var run = try connection.prepare("SELECT serial FROM event_cursor WHERE name = ?")
        run.bind(name)
        return try run.step() ? run.int(0) : 0
    }

    func delivery(id: String) throws -> Delivery? {
        var run = try connection.prepare("SELECT \(DeliveryRow.columns) FROM delivery WHERE id = ?")
        run.bind(id)
        return try run.step() ? try DeliveryRow.decode(run) : nil
    }

    func deliveries(_ query: DeliveryQuery) throws -> [Delivery] {
        var run = try connection.prepare("""
            SELECT \(DeliveryRow.columns) FROM delivery
            WHERE serial > ?1 AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR account_id = ?3) ORDER BY serial LIMIT ?4
            """)
        run.bind(query.after)
        run.bind(query.state?.rawValue)
        run.bind(query.accountID)
        run.bind(max(0, query.limit))
        var found: [Delivery] = []
        while try run.step() { found.append(try DeliveryRow.decode(run)) }
        return found
    }

    func hasDueDeliveries(at now: Timestamp) throws -> Bool {
        var found = false
        try forEachDueTarget(at: now) { _ in
            found = true
            return false
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

    /// Visits until `visit` returns false, in no particular order. A target costs two steps in indexes, however much waits for it.
    func forEachDueTarget(at now: Timestamp, _ visit: (DueTarget) throws -> Bool) throws {
        var next = try target(after: ("", ""))
        while let target = next {
            if target.due <= now, try !isInProgress(target, at: now), try !visit(target) { return }
            next = try self.target(after: (target.channel, target.target))
        }
    }

    private func target(after place: (channel: String, target: String)) throws -> DueTarget? {
        var run = try connection.prepare("""
            SELECT channel, target, due FROM delivery INDEXED BY delivery_due
            WHERE state = 'pending' AND (channel, target) > (?, ?) ORDER BY channel, target, due LIMIT 1
            """)
        run.bind(place.channel)
        run.bind(place.target)
        return try run.step() ? DueTarget(channel: run.text(0), target: run.text(1), due: run.timestamp(2)) : nil
    }

    private func isInProgress(_ target: DueTarget, at now: Timestamp) throws -> Bool {
        var run = try connection.prepare("""
            SELECT 1 FROM delivery INDEXED BY delivery_claimed WHERE channel = ? AND target = ? AND claimed_until > ? AND claimed_until <> 0 LIMIT 1
            """)
        run.bind(target.channel)
        run.bind(target.target)
        run.bind(now)
        return try run.step()
    }
}

/// Deliveries as rows.
enum DeliveryRow {
    static let columns = """
        serial, id, channel, target, account_id, event_serial, payload, state, attempts, due, claimed_until, failure, created
        """

    static func decode(_ row: borrowing Execution) throws -> Delivery {
        guard let state = Delivery.State(rawValue: row.text(7)) else { throw StoreError.failed("a delivery in an unknown state") }
        let claimedUntil = row.int(10)
        return Delivery(
            serial: row.int(0), id: row.text(1), channel: row.text(2), target: row.text(3), accountID: row.text(4), eventSerial: row.int(5),
            payload: try row.object(6), state: state, attempts: row.int(8), due: row.timestamp(9),
            claimedUntil: claimedUntil == 0 ? nil : Timestamp(unix: claimedUntil), failure: row.text(11), created: row.timestamp(12))
    }
}
