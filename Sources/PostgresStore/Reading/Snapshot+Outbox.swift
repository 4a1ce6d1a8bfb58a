import StoredRows
import Voicemail

extension Snapshot {
    func events(after serial: Int, limit: Int) throws -> [Event] {
        try rows("SELECT \(raw: EventRow.columns) FROM event WHERE serial > \(serial) AND \(raw: EventRow.isKnown) ORDER BY serial LIMIT \(max(0, limit))")
            .map { try EventRow.decode($0) }
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
        try !dueTargets(at: now, limit: 1, through: gate).isEmpty
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

    /// A target with something due and nothing in progress.
    struct DueTarget {
        let channel: String
        let target: String
    }

    /// Those that have waited longest, first. A target costs two steps in indexes, however much waits for it.
    func dueTargets(at now: Timestamp, limit: Int, through gate: any DeliveryGate) throws -> [DueTarget] {
        let found = try rows(
            """
            WITH RECURSIVE waiting AS (
                (SELECT channel, target, due FROM delivery WHERE state = 'pending' ORDER BY channel, target, due LIMIT 1)
                UNION ALL
                SELECT next.channel, next.target, next.due FROM waiting CROSS JOIN LATERAL (
                    SELECT channel, target, due FROM delivery
                    WHERE state = 'pending' AND (channel, target) > (waiting.channel, waiting.target) ORDER BY channel, target, due LIMIT 1) AS next)
            SELECT channel, target FROM waiting WHERE due <= \(now) AND channel <> ALL(\(gate.closedChannels.sorted())) AND NOT EXISTS (
                SELECT 1 FROM delivery AS held
                WHERE held.channel = waiting.channel AND held.target = waiting.target AND held.claimed_until > \(now) AND held.claimed_until <> 0)
            ORDER BY due, channel, target
            """
        ).map { DueTarget(channel: $0.text(0), target: $0.text(1)) }
        var gate = gate, admitted: [DueTarget] = []
        for target in found {
            guard admitted.count < limit else { break }
            if gate.admits(target.channel, target.target) { admitted.append(target) }
        }
        return admitted
    }
}
