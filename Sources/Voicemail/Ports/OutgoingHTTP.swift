import NIOCore

/// Where a request may end up, whatever its host resolves to.
public enum OutgoingReach: Sendable, Hashable {
    /// Not at this machine, nor at its link-local network; but at this one address in any case.
    case otherMachines(besides: NetworkAddress?)
    case anywhere
}

/// A request of ours to somebody else's server.
public struct OutgoingRequest: Sendable {
    public var url: String
    /// `GET`, `POST`, ….
    public var method: String
    public var headers: [(name: String, value: String)]
    public var body: ByteBuffer?
    /// From beginning to connect to the end of the answer.
    public var timeoutSeconds: Int
    public var reach: OutgoingReach

    public init(
        url: String, method: String, headers: [(name: String, value: String)] = [], body: ByteBuffer? = nil, timeoutSeconds: Int,
        reach: OutgoingReach = .otherMachines(besides: nil)
    ) {
        self.reach = reach
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.timeoutSeconds = timeoutSeconds
    }
}

/// Why there was no answer. The text names no secret: it may be shown and logged.
public struct OutgoingHTTPError: Error, Hashable, Sendable {
    public let reason: String

    public init(_ reason: String) { self.reason = reason }
}

/// Sending requests to receivers that an administrator has named.
public protocol OutgoingHTTP: Sendable {
    /// Sends one request and reads the answer; redirections are answers, not followed.
    /// - Returns: the status.
    /// - Throws: `OutgoingHTTPError`.
    func send(_ request: OutgoingRequest) async throws(OutgoingHTTPError) -> Int
}
