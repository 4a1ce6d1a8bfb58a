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

    func deliveries(ids: [String]) throws -> [Delivery] { try ids.compactMap { try delivery(id: $0) } }

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
        try forEachDueTarget(at: now, except: gate.closedChannels, mending: nil) { target in
            found = gate.admits(target.channel, target.target)
            if found { return .nowhere }
            return gate.closedChannels.contains(target.channel) ? .toOtherChannels : .toNext
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
}
