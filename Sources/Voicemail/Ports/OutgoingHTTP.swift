import NIOCore

/// Where a request may end up, whatever its host resolves to.
public struct OutgoingReach: Sendable, Hashable {
    /// This machine, and its link-local network.
    public var includesThisMachine: Bool
    /// Networks that the world outside does not reach.
    public var includesPrivateNetworks: Bool
    /// One address that is reached in any case.
    public var exception: NetworkAddress?

    public init(includesThisMachine: Bool = false, includesPrivateNetworks: Bool = false, exception: NetworkAddress? = nil) {
        self.includesThisMachine = includesThisMachine
        self.includesPrivateNetworks = includesPrivateNetworks
        self.exception = exception
    }

    public static let anywhere = OutgoingReach(includesThisMachine: true, includesPrivateNetworks: true)
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
        reach: OutgoingReach = OutgoingReach()
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
