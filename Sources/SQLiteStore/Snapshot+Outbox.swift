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
        var run = try connection.prepare(DeliveryRow.dueTargetsSQL)
        run.bind(now)
        run.bind(1)
        return try run.step()
    }
}

/// Deliveries as rows.
enum DeliveryRow {
    static let columns = """
        serial, id, channel, target, account_id, event_serial, payload, state, attempts, due, claimed_until, failure, created
        """

    /// Targets with something due and nothing in progress, from the index alone.
    static let dueTargetsSQL = """
        SELECT channel, target FROM delivery INDEXED BY delivery_due WHERE state = 'pending'
        GROUP BY channel, target HAVING max(claimed_until) <= ?1 AND min(due) <= ?1 ORDER BY min(due) LIMIT ?2
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
