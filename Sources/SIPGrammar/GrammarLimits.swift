/// How much of a message is read; what is beyond is refused before it is taken apart.
public struct GrammarLimits: Sendable, Hashable {
    /// Bytes of the whole message: what a datagram can hold.
    public var messageBytes = 65_535
    /// Header fields, each comma-separated value of a list counting as one when the list is taken apart.
    public var headers = 256
    /// Bytes of one header field, its folded lines together, and of the start line.
    public var lineBytes = 8_192
    /// Bytes of the body.
    public var bodyBytes = 65_535
    /// Values of one comma-separated list, and parameters of one value.
    public var values = 64

    public init() {}
}
