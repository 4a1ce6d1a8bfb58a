/// Which deliveries to list, oldest first.
public struct DeliveryQuery: Sendable, Hashable {
    /// nil for both.
    public var state: Delivery.State?
    public var accountID: String?
    /// Only later ones.
    public var after: Int
    public var limit: Int

    public init(state: Delivery.State? = nil, accountID: String? = nil, after: Int = 0, limit: Int) {
        self.state = state
        self.accountID = accountID
        self.after = after
        self.limit = limit
    }
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
    /// Up to which event the deliveries have been written; 0 at first.
    func eventCursor(of name: String) throws -> Int
    func delivery(id: String) throws -> Delivery?
    func deliveries(_ query: DeliveryQuery) throws -> [Delivery]
    /// Whether a worker has anything to claim.
    func hasDueDeliveries(at now: Timestamp) throws -> Bool
    /// Kept counters.
    func deliveryTotals() throws -> DeliveryTotals
}

/// Changing the outbox within a transaction.
public protocol OutboxWriter: OutboxReader {
    func setEventCursor(of name: String, to serial: Int) throws
    /// - Throws: `StoreError.conflict` when the id is taken.
    func insert(_ delivery: Delivery) throws
    /// Takes due deliveries for one worker: of at most `targets` targets that nobody works for, at most `perTarget` each, oldest first.
    /// Their `claimedUntil` becomes `until`; when that has passed, whoever claimed them is taken for dead.
    func claimDeliveries(dueBy now: Timestamp, until: Timestamp, targets: Int, perTarget: Int) throws -> [Delivery]
    /// Frees what workers have claimed that no longer exist.
    func releaseClaims() throws
    /// Replaces state, attempts, due, claim and failure. One that is gone stays gone.
    func update(_ delivery: Delivery) throws
    func remove(deliveryID: String) throws
    /// Drops deliveries given up before.
    func removeDeliveries(deadBefore: Timestamp) throws
}
