import HTTPTypes
import Logging

/// One request as a dialect sees it. A class, as it is handed from function to function and never changes.
public final class FrontRequest: Sendable {
    /// Names the request in answers and logs: the client's `X-Request-ID` if sane, else 32 hex digits.
    public let id: String
    public let method: HTTPRequest.Method
    /// As sent, without the query.
    public let path: String
    /// The path's segments, each percent-decoded once. The empty piece behind one trailing slash is dropped, inner empty
    /// segments are kept.
    public let segments: [String]
    public let query: Query
    public let headers: RequestHeaders
    public let body: RequestBody
    /// The client's IP address as text; empty when the socket has none.
    public let remote: String
    /// Whether the request came over TLS.
    public let isSecure: Bool
    /// Whether nobody could read its headers, so that it has none.
    public let isUnread: Bool
    private let serverLogger: Logger

    public init(
        id: String, method: HTTPRequest.Method, path: String, segments: [String], query: Query = Query(), headers: RequestHeaders = [:],
        body: RequestBody = .empty, remote: String = "", isSecure: Bool = false, isUnread: Bool = false, logger: Logger
    ) {
        self.id = id
        self.method = method
        self.path = path
        self.segments = segments
        self.query = query
        self.headers = headers
        self.body = body
        self.remote = remote
        self.isSecure = isSecure
        self.isUnread = isUnread
        serverLogger = logger
    }

    /// Carries the request's id. Made when something is logged, which most requests have nothing of.
    public var logger: Logger {
        var logger = serverLogger
        logger[metadataKey: "request"] = .string(id)
        return logger
    }
}
