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
    /// Events that no deliveries have been planned for, oldest first.
    func unplannedEvents(limit: Int) throws -> [Event]
    func delivery(id: String) throws -> Delivery?
    func deliveries(_ query: DeliveryQuery) throws -> [Delivery]
    /// Whether a worker has anything to claim.
    func hasDueDeliveries(at now: Timestamp) throws -> Bool
    /// Kept counters.
    func deliveryTotals() throws -> DeliveryTotals
}

/// Changing the outbox within a transaction.
public protocol OutboxWriter: OutboxReader {
    func markPlanned(_ events: [Event]) throws
    /// Drops old events, but none that is still to be planned.
    func removeEvents(createdBefore: Timestamp) throws
    /// - Throws: `StoreError.conflict` when the id is taken.
    func insert(_ delivery: Delivery) throws
    /// Takes due deliveries under one claim: of at most `targets` targets that nobody works for, at most `perTarget` each, oldest first.
    func claimDeliveries(under claim: Delivery.Claim, dueBy now: Timestamp, targets: Int, perTarget: Int) throws -> [Delivery]
    /// Replaces state, attempts, due, claim and failure. One that is gone stays gone.
    func update(_ delivery: Delivery) throws
    /// As `update`, of a delivery that this holder still holds.
    /// - Returns: whether he does.
    func update(_ delivery: Delivery, heldBy holder: String) throws -> Bool
    func remove(deliveryID: String) throws
    /// - Returns: whether this holder still held it; if not, nothing was removed.
    func remove(deliveryID: String, heldBy holder: String) throws -> Bool
    /// Drops deliveries given up before.
    func removeDeliveries(deadBefore: Timestamp) throws
}
