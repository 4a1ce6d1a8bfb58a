/// How much a store holds, all accounts together, from kept counters; and what waits in it.
public struct Census: Sendable, Hashable {
    /// Documents of each kind; a kind without any is left out.
    public var documents: [DocumentKind: Int] = [:]
    /// Messages that are in no trash.
    public var messages = Tally()
    public var recordings = RecordingTotals(count: 0, bytes: 0)
    public var deliveries = DeliveryTotals()
    /// When the delivery was planned that has waited longest.
    public var oldestDelivery: Timestamp?
    /// When the event happened that has waited longest for its deliveries to be planned.
    public var oldestEvent: Timestamp?

    public init() {}
}
