/// Which deliveries to list, oldest first.
public struct DeliveryQuery: Sendable, Hashable {
    /// nil for both.
    public var state: Delivery.State?
    public var accountID: String?
    public var channel: String?
    public var target: String?
    /// Created from then on.
    public var from: Timestamp?
    /// Created up to then.
    public var to: Timestamp?
    /// Only later ones.
    public var after: Int
    public var limit: Int

    public init(
        state: Delivery.State? = nil, accountID: String? = nil, channel: String? = nil, target: String? = nil, from: Timestamp? = nil,
        to: Timestamp? = nil, after: Int = 0, limit: Int
    ) {
        self.state = state
        self.accountID = accountID
        self.channel = channel
        self.target = target
        self.from = from
        self.to = to
        self.after = after
        self.limit = limit
    }
}

/// Which events of an account to go through, in the order in which they happened.
public struct EventQuery: Sendable, Hashable {
    public var accountID: String
    public var from: Timestamp
    /// Inclusive.
    public var to: Timestamp
    /// Only those behind this one.
    public var after: Event?
    public var limit: Int

    public init(accountID: String, from: Timestamp, to: Timestamp, after: Event? = nil, limit: Int) {
        self.accountID = accountID
        self.from = from
        self.to = to
        self.after = after
        self.limit = limit
    }
}

/// Which targets may be told something now. It is asked about targets in the order in which they are taken, and remembers what it has let
/// pass: a transaction that begins anew begins with a copy of what it began with.
public protocol DeliveryGate: Sendable {
    /// Whether the target may be taken, which it then is.
    mutating func admits(_ channel: String, _ target: String) -> Bool
    /// Channels of which no target will be admitted, whatever they are asked. More may be among them after a target was admitted.
    var closedChannels: Set<String> { get }
}

/// Everybody may.
public struct OpenGate: DeliveryGate {
    public let closedChannels: Set<String> = []

    public init() {}

    public func admits(_: String, _: String) -> Bool { true }
}

/// How many deliveries there are.
public struct DeliveryTotals: Sendable, Hashable {
    public var pending = 0
    public var dead = 0

    public init(pending: Int = 0, dead: Int = 0) {
        self.pending = pending
        self.dead = dead
    }
}

/// Reading the outbox within a transaction.
public protocol OutboxReader {
    /// Events that no deliveries have been planned for, oldest first. Those of kinds that a later program writes wait for that.
    func unplannedEvents(limit: Int) throws -> [Event]
    func events(_ query: EventQuery) throws -> [Event]
    func delivery(id: String) throws -> Delivery?
    /// Deliveries in the order of their ids here; one that is not there is left out.
    func deliveries(ids: [String]) throws -> [Delivery]
    func deliveries(_ query: DeliveryQuery) throws -> [Delivery]
    /// Whether a worker has anything to claim for a target that `gate` admits.
    func hasDueDeliveries(at now: Timestamp, through gate: any DeliveryGate) throws -> Bool
    /// Kept counters.
    func deliveryTotals() throws -> DeliveryTotals
    func attempts(_ query: AttemptQuery) throws -> [AttemptRecord]
    /// Receivers of which attempts are kept, in order of their ids, those behind one where it is given. What it costs follows how many are wanted, and not
    /// how many attempts are kept of each.
    /// - Parameter most: attempts of a receiver; what is told is whether more are kept.
    func attemptedReceivers(after id: String?, moreThan most: Int, limit: Int) throws -> [AttemptedReceiver]
}

/// Changing the outbox within a transaction.
public protocol OutboxWriter: OutboxReader {
    func markPlanned(_ events: [Event]) throws
    /// Drops old events, but none that is still to be planned.
    func removeEvents(createdBefore: Timestamp) throws
    /// Drops events, those too that are still to be planned.
    func remove(eventSerials: [Int]) throws
    /// - Throws: `StoreError.conflict` when the id is taken.
    func insert(_ delivery: Delivery) throws
    /// Takes due deliveries under one claim: of at most `targets` targets that nobody works for and that `gate` admits, those first that have
    /// waited longest, at most `perTarget` each, oldest first.
    func claimDeliveries(
        under claim: Delivery.Claim, dueBy now: Timestamp, targets: Int, perTarget: Int, through gate: any DeliveryGate
    ) throws -> [Delivery]
    /// Replaces state, attempts, due, claim and failure. One that is gone stays gone.
    func update(_ delivery: Delivery) throws
    /// As `update`, of a delivery that this holder still holds.
    /// - Returns: whether he does.
    func update(_ delivery: Delivery, heldBy holder: String) throws -> Bool
    func remove(deliveryID: String) throws
    /// Drops deliveries given up before.
    func removeDeliveries(deadBefore: Timestamp) throws
    /// Reads nothing, so that those who tell different receivers are not in each other's way.
    func append(_ attempt: AttemptRecord) throws
    /// Drops a receiver's attempts but the latest, at most `limit` of them.
    /// - Returns: how many.
    func removeAttempts(ofReceiver id: String, exceptLatest most: Int, limit: Int) throws -> Int
    /// - Returns: how many, at most `limit`.
    func removeAttempts(madeBefore: Timestamp, limit: Int) throws -> Int
}

extension OutboxReader {
    public func hasDueDeliveries(at now: Timestamp) throws -> Bool { try hasDueDeliveries(at: now, through: OpenGate()) }
}

extension OutboxWriter {
    public func claimDeliveries(under claim: Delivery.Claim, dueBy now: Timestamp, targets: Int, perTarget: Int) throws -> [Delivery] {
        try claimDeliveries(under: claim, dueBy: now, targets: targets, perTarget: perTarget, through: OpenGate())
    }
}
