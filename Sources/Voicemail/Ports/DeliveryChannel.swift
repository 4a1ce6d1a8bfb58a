/// One way of telling the world what has happened: an interface's pushes, mail, lamps.
///
/// The outbox worker asks every channel what an event calls for, in the transaction that marks the event planned, and carries the deliveries
/// out afterwards: each at least once, under an id that stays the same, until the channel says that it is done.
public protocol DeliveryChannel: Sendable {
    /// Short, stable and unique: it is stored with every delivery.
    var name: String { get }

    /// How often and when a failed delivery is tried again.
    var retries: RetryPolicy { get }

    /// Seconds after the event, when telling of it is no use any more: what has not been told by then is given up, however few attempts
    /// it has had. nil where attempts alone decide.
    var deadlineSeconds: Int? { get }

    /// The deliveries that `event` calls for. May run more than once, so it must not touch anything outside.
    func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery]

    /// Makes one attempt. Must end by itself; for as long as it takes, nobody else tells the target anything.
    func attempt(_ delivery: Delivery) async -> DeliveryAttempt

    /// The host that an attempt for a target goes to. Where one target gets no answer, the others of its destination are not likely to get any.
    func destination(of target: String) -> String

    /// What follows from the end of a delivery, in the transaction that writes the end down.
    func ended(_ delivery: Delivery, _ end: DeliveryEnd, at now: Timestamp, _ writer: any StoreWriter) throws
}

extension DeliveryChannel {
    public var deadlineSeconds: Int? { nil }
    /// Each target by itself.
    public func destination(of target: String) -> String { "\(name) \(target)" }
    public func ended(_: Delivery, _: DeliveryEnd, at _: Timestamp, _: any StoreWriter) throws {}
}

/// An attempt that was made, and what is kept of it for the receiver's owner.
public struct DeliveryAttempt: Sendable, Hashable {
    public let outcome: DeliveryOutcome
    /// Written down with the outcome; nil where nobody wants to know.
    public let record: AttemptRecord?

    public init(_ outcome: DeliveryOutcome, record: AttemptRecord? = nil) {
        self.outcome = outcome
        self.record = record
    }
}

/// How a delivery has ended.
public enum DeliveryEnd: Sendable, Hashable {
    case delivered
    /// Nobody was to be told any more.
    case withdrawn
    /// It stays for an administrator, who may have it tried again.
    case givenUp
}

/// A delivery as a channel plans it.
public struct PlannedDelivery: Sendable, Hashable {
    /// The target, in the channel's own terms. Attempts for one target never overlap.
    public let target: String
    /// What the attempt needs. Never a secret: those are looked up when it is made.
    public let payload: JSONObject

    public init(target: String, payload: JSONObject) {
        self.target = target
        self.payload = payload
    }
}

/// The outcome of an attempt.
public enum DeliveryOutcome: Sendable, Hashable {
    case delivered
    /// It may work later; the reason is for an administrator.
    case failed(String)
    /// As `failed`, under the receiver's own rule in place of the channel's.
    case failedUnder(RetryPolicy, String)
    /// Nobody answered at the destination, under the receiver's own rule where it has one: others are spared waiting for it.
    case unreachable(String, RetryPolicy? = nil)
    /// It was not tried, because something of ours is not ready; it will be after so many seconds. That is no attempt.
    case notYet(String, seconds: Int)
    /// It will never work: the receiver refuses it for good.
    case refused(String)
    /// Nobody is to be told any more: the receiver is gone.
    case withdrawn
}

/// When failed attempts are repeated: after `base` seconds, doubled with every attempt up to `ceiling`, and up to a half of that more at
/// random, so that receivers that come back are not run over.
public struct RetryPolicy: Sendable, Hashable {
    /// In all, the first one counted.
    public var maximumAttempts: Int
    /// Seconds.
    public var base: Int
    public var ceiling: Int

    public init(maximumAttempts: Int, base: Int, ceiling: Int) {
        self.maximumAttempts = maximumAttempts
        self.base = base
        self.ceiling = ceiling
    }

    /// Seconds to wait after so many failed attempts.
    /// - Parameter jitter: 0…1.
    public func delay(afterAttempts attempts: Int, jitter: Double) -> Int {
        let doublings = min(max(0, attempts - 1), 30)
        let plain = min(ceiling, base.multipliedReportingOverflow(by: 1 << doublings).partialValue)
        return plain + Int((Double(plain) / 2 * min(1, max(0, jitter))).rounded())
    }
}
