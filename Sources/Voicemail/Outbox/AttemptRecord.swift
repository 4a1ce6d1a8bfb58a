/// What is kept of an attempt to tell a receiver, for its owner, who wonders why nothing comes. What must not be lost is in the outbox.
public struct AttemptRecord: Sendable, Hashable {
    /// Grows with every record; 0 until stored.
    public var serial: Int
    /// What the receiver is registered as: the id of a webhook.
    public let receiverID: String
    /// The account that the receiver belongs to.
    public let accountID: String
    public let made: Timestamp
    /// The status that the receiver answered with; nil where there was no answer.
    public let status: Int?
    public let isSuccess: Bool
    /// Why there was no answer, as far as it is kept.
    public let failure: String?
    /// Attempts that are still to be made.
    public let retriesLeft: Int

    public init(
        serial: Int = 0, receiverID: String, accountID: String, made: Timestamp, status: Int?, isSuccess: Bool, failure: String? = nil, retriesLeft: Int = 0
    ) {
        self.serial = serial
        self.receiverID = receiverID
        self.accountID = accountID
        self.made = made
        self.status = status
        self.isSuccess = isSuccess
        self.failure = failure.map(Delivery.kept)
        self.retriesLeft = retriesLeft
    }
}

/// A receiver of which attempts are kept.
public struct AttemptedReceiver: Sendable, Hashable {
    public let id: String
    /// Whether more are kept than it was asked about.
    public let hasMore: Bool

    public init(id: String, hasMore: Bool) {
        self.id = id
        self.hasMore = hasMore
    }
}

/// Which records to list, the latest first.
public struct AttemptQuery: Sendable, Hashable {
    public enum Of: Sendable, Hashable {
        case receiver(String)
        /// All receivers of an account.
        case account(String)
    }

    public let of: Of
    public let limit: Int

    public init(_ of: Of, limit: Int) {
        self.of = of
        self.limit = limit
    }
}
