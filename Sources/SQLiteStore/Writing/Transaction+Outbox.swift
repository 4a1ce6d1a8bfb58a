import StoredRows
import Voicemail

extension Transaction {
    func markPlanned(_ events: [Event]) throws {
        for event in events { try execute("UPDATE event SET planned = 1 WHERE serial = ?") { $0.bind(event.serial) } }
    }

    func removeEvents(createdBefore: Timestamp) throws {
        try executeInParts(
            """
            DELETE FROM event WHERE serial IN (SELECT serial FROM event INDEXED BY event_by_time WHERE created < ? AND (planned = 1 OR NOT \(EventRow.isKnown)) LIMIT ?)
            """
        ) { $0.bind(createdBefore) }
    }

    func remove(eventSerials: [Int]) throws {
        for serial in eventSerials { try execute("DELETE FROM event WHERE serial = ?") { $0.bind(serial) } }
    }

    func insert(_ delivery: Delivery) throws {
        try execute("INSERT INTO delivery (\(DeliveryRow.bound)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {
            DeliveryRow.bind(delivery, to: &$0)
        }
    }

    func claimDeliveries(
        under claim: Delivery.Claim, dueBy now: Timestamp, targets: Int, perTarget: Int, through gate: any DeliveryGate
    ) throws -> [Delivery] {
        var claimed: [Delivery] = []
        for target in try dueTargets(now, limit: targets, through: gate) {
            var run = try connection.prepare(
                """
                SELECT \(DeliveryRow.columns) FROM delivery INDEXED BY delivery_backlog
                WHERE state = 'pending' AND channel = ? AND target = ? AND due <= ? ORDER BY serial LIMIT ?
                """)
            run.bind(target.channel)
            run.bind(target.target)
            run.bind(now)
            run.bind(max(0, perTarget))
            while try run.step() {
                var delivery = try DeliveryRow.decode(run)
                delivery.claim = claim
                claimed.append(delivery)
            }
        }
        for delivery in claimed { try update(delivery) }
        return claimed
    }

    /// Those that have waited longest.
    private func dueTargets(_ now: Timestamp, limit: Int, through gate: any DeliveryGate) throws -> [DueTarget] {
        guard limit > 0 else { return [] }
        var gate = gate, admitted: [DueTarget] = []
        try forEachDueTarget(at: now, except: gate.closedChannels, mending: { try self.mend($0, $1) }) { target in
            guard gate.admits(target.channel, target.target) else {
                // Many may wait behind the last one for whom there was room.
                return gate.closedChannels.contains(target.channel) ? .toOtherChannels : .toNext
            }
            admitted.append(target)
            return admitted.count < limit ? .toNext : .nowhere
        }
        return admitted
    }

    /// Keeps when the first delivery of a target is due, which is nil where it has none.
    private func mend(_ target: DueTarget, _ due: Timestamp?) throws {
        if let due {
            try execute("UPDATE delivery_target SET due = ? WHERE channel = ? AND target = ?") { run in
                run.bind(due)
                run.bind(target.channel)
                run.bind(target.target)
            }
        } else {
            try execute("DELETE FROM delivery_target WHERE channel = ? AND target = ?") { run in
                run.bind(target.channel)
                run.bind(target.target)
            }
        }
    }

    func update(_ delivery: Delivery) throws {
        try execute("\(Self.updateSQL) WHERE id = ?") { run in
            DeliveryRow.bindProgress(of: delivery, to: &run)
            run.bind(delivery.id)
        }
    }

    func update(_ delivery: Delivery, heldBy holder: String) throws -> Bool {
        try execute("\(Self.updateSQL) \(Self.held)") { run in
            DeliveryRow.bindProgress(of: delivery, to: &run)
            run.bind(delivery.id)
            run.bind(holder)
        } == 1
    }

    func remove(deliveryID: String) throws {
        try execute("DELETE FROM delivery WHERE id = ?") { $0.bind(deliveryID) }
    }

    func removeDeliveries(deadBefore: Timestamp) throws {
        // `due` of a dead delivery is when its last attempt was due.
        try execute("DELETE FROM delivery WHERE state = 'dead' AND due < ?") { $0.bind(deadBefore) }
    }

    private static let updateSQL = """
        UPDATE delivery SET state = ?, attempts = ?, due = ?, claimed_by = ?, claimed_until = ?, failure = ?
        """

    private static let held = "WHERE id = ? AND claimed_by = ?"
}
