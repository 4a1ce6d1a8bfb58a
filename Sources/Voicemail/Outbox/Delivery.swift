import Crypto

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
        /// Drawn anew for each claim, so that a worker whose claim has run out, and who claims the delivery again, does not take the old claim for the new one.
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
    /// The target, in the channel's own terms. Attempts for one target never overlap.
    public let target: String
    public let accountID: String
    /// The event it tells of.
    public let eventSerial: Int
    /// The data that the channel delivers, composed when the event was planned. Never a secret.
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

extension Delivery {
    /// The id of what a channel tells a target of an event: always the same, so that a receiver to whom it is replayed knows it again.
    /// - Parameter number: which one it is of those that the channel has for the target and the event, from 0.
    static func id(of event: Event, channel: String, target: String, number: Int) -> String {
        var hash = SHA256()
        for part in [event.id, channel, target, String(number)] {
            hash.update(data: Array(part.utf8))
            hash.update(data: [0])
        }
        return HexID.encode(hash.finalize().prefix(16))
    }

    /// Whether the time has passed within which it was of use. One that an administrator has had tried again has one attempt in any case.
    public func isOverdue(_ deadlineSeconds: Int?, at now: Timestamp) -> Bool {
        guard let deadlineSeconds else { return false }
        // Until its first attempt, `due` is when it was made or sent on its way again.
        return (attempts == 0 ? due : created).advanced(by: deadlineSeconds) < now
    }
}
