import Voicemail

/// Events as rows.
public enum EventRow {
    public static let columns = "serial, " + bound

    /// What `bind` binds, in its order.
    public static let bound = "id, kind, account_id, subject_id, payload, created"

    /// A condition for events of a kind that this program knows. A later version writes others, and they wait for it, so that a program that goes on beside
    /// it, or after it, has all that it knows to tell told.
    public static let isKnown = "kind IN (" + Event.Kind.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ") + ")"

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> Event {
        guard let kind = Event.Kind(rawValue: row.text(2)) else { throw StoreError.failed("an event of unknown kind") }
        return Event(
            serial: row.int(0), id: row.text(1), kind: kind, accountID: row.text(3), subjectID: row.text(4), payload: try row.object(5),
            created: row.timestamp(6))
    }

    /// Binds every column but the serial.
    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ event: Event, to run: inout Parameters) {
        run.bind(event.id)
        run.bind(event.kind.rawValue)
        run.bind(event.accountID)
        run.bind(event.subjectID)
        run.bind(JSON.object(event.payload).encoded)
        run.bind(event.created)
    }
}

/// Deliveries as rows.
public enum DeliveryRow {
    public static let columns = """
        serial, id, channel, target, account_id, event_serial, payload, state, attempts, due, claimed_by, claimed_until, failure, created
        """

    /// What `bind` binds, in its order.
    public static let bound = "id, channel, target, account_id, event_serial, payload, created, " + progress

    /// What `bindProgress` binds, in its order.
    public static let progress = "state, attempts, due, claimed_by, claimed_until, failure"

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> Delivery {
        guard let state = Delivery.State(rawValue: row.text(7)) else { throw StoreError.failed("a delivery in an unknown state") }
        return Delivery(
            serial: row.int(0), id: row.text(1), channel: row.text(2), target: row.text(3), accountID: row.text(4), eventSerial: row.int(5),
            payload: try row.object(6), state: state, attempts: row.int(8), due: row.timestamp(9),
            claim: row.optionalText(10).map { Delivery.Claim(holder: $0, until: row.timestamp(11)) }, failure: row.text(12),
            created: row.timestamp(13))
    }

    /// Binds every column but the serial.
    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ delivery: Delivery, to run: inout Parameters) {
        run.bind(delivery.id)
        run.bind(delivery.channel)
        run.bind(delivery.target)
        run.bind(delivery.accountID)
        run.bind(delivery.eventSerial)
        run.bind(JSON.object(delivery.payload).encoded)
        run.bind(delivery.created)
        bindProgress(of: delivery, to: &run)
    }

    /// Binds what changes while a delivery is tried.
    @inlinable
    public static func bindProgress<Parameters: StoredParameters & ~Copyable>(of delivery: Delivery, to run: inout Parameters) {
        run.bind(delivery.state.rawValue)
        run.bind(delivery.attempts)
        run.bind(delivery.due)
        run.bind(delivery.claim?.holder)
        run.bind(delivery.claim?.until.unix ?? 0)
        run.bind(delivery.failure)
    }
}

/// Records of attempts as rows.
public enum AttemptRow {
    public static let columns = "serial, " + bound

    /// What `bind` binds, in its order.
    public static let bound = "receiver_id, account_id, made, status, is_success, failure, retries_left"

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) -> AttemptRecord {
        AttemptRecord(
            serial: row.int(0), receiverID: row.text(1), accountID: row.text(2), made: row.timestamp(3), status: row.isNull(4) ? nil : row.int(4),
            isSuccess: row.int(5) != 0, failure: row.optionalText(6), retriesLeft: row.int(7))
    }

    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ attempt: AttemptRecord, to run: inout Parameters) {
        run.bind(attempt.receiverID)
        run.bind(attempt.accountID)
        run.bind(attempt.made)
        run.bind(attempt.status)
        run.bind(attempt.isSuccess ? 1 : 0)
        run.bind(attempt.failure)
        run.bind(attempt.retriesLeft)
    }
}
