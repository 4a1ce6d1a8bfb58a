import StoredRows
import Voicemail

extension Transaction {
    func append(_ event: Event) throws {
        try execute("INSERT INTO event (\(raw: EventRow.bound)) VALUES (\(row: { EventRow.bind(event, to: &$0) }))")
        hasEvents = true
    }

    func markPlanned(_ events: [Event]) throws {
        guard !events.isEmpty else { return }
        try execute("UPDATE event SET planned = 1 WHERE serial = ANY(\(events.map(\.serial)))")
    }

    func remove(eventSerials: [Int]) throws { try execute("DELETE FROM event WHERE serial = ANY(\(eventSerials))") }

    func removeEvents(createdBefore: Timestamp) throws {
        try execute("DELETE FROM event WHERE created < \(createdBefore) AND (planned = 1 OR NOT \(raw: EventRow.isKnown))")
    }

    func insert(_ delivery: Delivery) throws {
        try insertRow(
            """
            INSERT INTO delivery (\(raw: DeliveryRow.bound)) VALUES (\(row: { DeliveryRow.bind(delivery, to: &$0) })) ON CONFLICT DO NOTHING
            """)
    }

    func claimDeliveries(
        under claim: Delivery.Claim, dueBy now: Timestamp, targets: Int, perTarget: Int, through gate: any DeliveryGate
    ) throws -> [Delivery] {
        let due = try dueTargets(at: now, limit: targets, through: gate, mending: { try self.mend($0) })
        guard !due.isEmpty else { return [] }
        let columns = DeliveryRow.columns.split(separator: ", ").map { "pending.\($0)" }.joined(separator: ", ")
        var claimed = try rows(
            """
            SELECT \(raw: columns) FROM unnest(\(due.map(\.channel)), \(due.map(\.target))) WITH ORDINALITY AS chosen (channel, target, place)
            CROSS JOIN LATERAL (
                SELECT * FROM delivery WHERE state = 'pending' AND delivery.channel = chosen.channel AND delivery.target = chosen.target
                AND due <= \(now) ORDER BY serial LIMIT \(max(0, perTarget))) AS pending
            ORDER BY place, pending.serial
            """
        ).map { try DeliveryRow.decode($0) }
        for index in claimed.indices { claimed[index].claim = claim }
        try execute(
            """
            UPDATE delivery SET claimed_by = \(claim.holder), claimed_until = \(claim.until) WHERE serial = ANY(\(claimed.map(\.serial)))
            """)
        return claimed
    }

    /// Keeps when the first delivery of each is due.
    private func mend(_ targets: [DueTarget]) throws {
        let later = targets.compactMap { target in target.due.map { (target, $0.unix) } }, gone = targets.filter { $0.due == nil }
        if !later.isEmpty {
            try execute(
                """
                UPDATE delivery_target AS kept SET due = known.due
                FROM unnest(\(later.map(\.0.channel)), \(later.map(\.0.target)), \(later.map(\.1))) AS known (channel, target, due)
                WHERE kept.channel = known.channel AND kept.target = known.target
                """)
        }
        if !gone.isEmpty {
            try execute(
                """
                DELETE FROM delivery_target AS kept USING unnest(\(gone.map(\.channel)), \(gone.map(\.target))) AS known (channel, target)
                WHERE kept.channel = known.channel AND kept.target = known.target
                """)
        }
    }

    func update(_ delivery: Delivery) throws {
        try execute("UPDATE delivery SET \(progress(of: delivery)) WHERE id = \(delivery.id)")
    }

    func update(_ delivery: Delivery, heldBy holder: String) throws -> Bool {
        try count(of: "UPDATE delivery SET \(progress(of: delivery)) WHERE id = \(delivery.id) AND claimed_by = \(holder)") == 1
    }

    private func progress(of delivery: Delivery) -> SQL {
        "(\(raw: DeliveryRow.progress)) = ROW(\(row: { DeliveryRow.bindProgress(of: delivery, to: &$0) }))"
    }

    func remove(deliveryID: String) throws { try execute("DELETE FROM delivery WHERE id = \(deliveryID)") }

    func removeDeliveries(deadBefore: Timestamp) throws {
        // `due` of a dead delivery is when its last attempt was due.
        try execute("DELETE FROM delivery WHERE state = 'dead' AND due < \(deadBefore)")
    }
}
