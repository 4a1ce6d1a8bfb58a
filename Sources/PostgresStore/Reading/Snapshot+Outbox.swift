import StoredRows
import Voicemail

extension Snapshot {
    func events(after serial: Int, limit: Int) throws -> [Event] {
        try rows("SELECT \(raw: EventRow.columns) FROM event WHERE serial > \(serial) AND \(raw: EventRow.isKnown) ORDER BY serial LIMIT \(max(0, limit))")
            .map { try EventRow.decode($0) }
    }

    func newestEventSerials(limit: Int) throws -> [Int] {
        try rows("SELECT serial FROM event ORDER BY serial DESC LIMIT \(max(0, limit))").map { $0.int(0) }
    }

    func unplannedEvents(limit: Int) throws -> [Event] {
        try rows(
            """
            SELECT \(raw: EventRow.columns) FROM event WHERE planned = 0 AND \(raw: EventRow.isKnown) ORDER BY serial LIMIT \(max(0, limit))
            """
        ).map { try EventRow.decode($0) }
    }

    func events(_ query: EventQuery) throws -> [Event] {
        try rows(
            """
            SELECT \(raw: EventRow.columns) FROM event
            WHERE created >= \(query.from) AND created <= \(query.to)
            AND (created, serial) > (\(query.after?.created ?? query.from), \(query.after?.serial ?? 0))
            AND account_id = \(query.accountID) AND \(raw: EventRow.isKnown) ORDER BY created, serial LIMIT \(max(0, query.limit))
            """
        ).map { try EventRow.decode($0) }
    }

    func delivery(id: String) throws -> Delivery? {
        try first("SELECT \(raw: DeliveryRow.columns) FROM delivery WHERE id = \(id)").map { try DeliveryRow.decode($0) }
    }

    func deliveries(ids: [String]) throws -> [Delivery] {
        try rows(DeliveryRow.columns, of: "delivery", ids: ids).map { try DeliveryRow.decode($0) }
    }

    func deliveries(_ query: DeliveryQuery) throws -> [Delivery] {
        var conditions: SQL = "serial > \(query.after)"
        if let state = query.state { conditions = "\(conditions) AND state = \(state.rawValue)" }
        if let account = query.accountID { conditions = "\(conditions) AND account_id = \(account)" }
        if let channel = query.channel { conditions = "\(conditions) AND channel = \(channel)" }
        if let target = query.target { conditions = "\(conditions) AND target = \(target)" }
        if let from = query.from { conditions = "\(conditions) AND created >= \(from)" }
        if let to = query.to { conditions = "\(conditions) AND created <= \(to)" }
        return try rows("SELECT \(raw: DeliveryRow.columns) FROM delivery WHERE \(conditions) ORDER BY serial LIMIT \(max(0, query.limit))")
            .map { try DeliveryRow.decode($0) }
    }

    func hasDueDeliveries(at now: Timestamp, through gate: any DeliveryGate) throws -> Bool {
        try !dueTargets(at: now, limit: 1, through: gate, mending: nil).isEmpty
    }

    func deliveryTotals() throws -> DeliveryTotals {
        var totals = DeliveryTotals()
        for row in try rows("SELECT state, sum(count)::bigint FROM delivery_tally GROUP BY state ORDER BY state") {
            switch Delivery.State(rawValue: row.text(0)) {
            case .pending: totals.pending = row.int(1)
            case .dead: totals.dead = row.int(1)
            case nil: throw StoreError.failed("deliveries in an unknown state")
            }
        }
        return totals
    }
}
