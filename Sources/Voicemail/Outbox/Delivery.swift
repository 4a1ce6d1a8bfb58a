/// Something one receiver is to be told, kept until it has been (promise 2).
public struct Delivery: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        /// To be tried when it is due.
        case pending
        /// Given up; kept for an administrator to retry or drop.
        case dead
    }

    /// A worker's hold on a delivery. It is a lease: a worker that is gone lets go by doing nothing.
    public struct Claim: Sendable, Hashable {
        /// Made up for each claiming, so that a worker who claims again what it let run out does not take itself for who it was.
        public let holder: String
        /// From then on anybody may take the delivery over.
        public let until: Timestamp

        public init(holder: String, until: Timestamp) {
            self.holder = holder
            self.until = until
        }
    }

    /// Grows with every delivery; 0 until stored.
    public var serial: Int
    /// The same in every attempt, so that a receiver can tell a repetition.
    public let id: String
    /// The `DeliveryChannel` that carries it.
    public let channel: String
    /// Who is told, in the channel's own terms. One attempt a target at a time.
    public let target: String
    public let accountID: String
    /// The event it tells of.
    public let eventSerial: Int
    /// What the channel needs to tell it, composed when the event was seen. Never a secret.
    public let payload: JSONObject
    public var state: State
    /// Made so far.
    public var attempts: Int
    /// Not before this.
    public var due: Timestamp
    /// Being tried by a worker; nil when nobody does.
    public var claim: Claim?
    /// Why the last attempt failed; empty before it.
    public var failure: String
    public let created: Timestamp

    public init(
        serial: Int = 0, id: String = HexID.random(), channel: String, target: String, accountID: String, eventSerial: Int,
        payload: JSONObject, state: State = .pending, attempts: Int = 0, due: Timestamp, claim: Claim? = nil,
        failure: String = "", created: Timestamp
    ) {
        self.serial = serial
        self.id = id
        self.channel = channel
        self.target = target
        self.accountID = accountID
        self.eventSerial = eventSerial
        self.payload = payload
        self.state = state
        self.attempts = attempts
        self.due = due
        self.claim = claim
        self.failure = failure
        self.created = created
    }
}
