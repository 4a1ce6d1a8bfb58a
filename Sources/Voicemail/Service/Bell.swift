/// Wakes the one task that does in the background what no request waits for. Rung while nobody listens, it is heard by the next who does;
/// several rings are one. What is to be done stands in the store, so a ring that nobody hears loses nothing.
public struct Bell: Sendable {
    /// For one listener.
    public let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    public func ring() { continuation.yield() }
}
