/// One vendor's interface: what it claims of the path space and how it answers.
///
/// A dialect never throws. It owns its errors, because every vendor words them differently and some
/// (P-Series) answer failures with status 200.
public protocol Dialect: Sendable {
    /// A short lower-case name for metrics and logs: `kazoo`, `p-series`.
    var name: String { get }

    /// Whether requests for `path` (raw, without the query) belong to this dialect. The first dialect that
    /// claims a path answers it; a path nobody claims is 404. Called for every request, so a prefix
    /// comparison is all it should be.
    func claims(_ path: String) -> Bool

    /// Bytes that a body sent to `path` may have, in place of the front's own limit; nil for that.
    func bodyLimit(at path: String) -> Int?

    /// Whether what is no UTF-8 in a path or a query is read as ISO 8859-1, and not refused.
    var takesForeignText: Bool { get }

    /// Answers one request.
    func respond(to request: FrontRequest) async -> FrontResponse

    /// The vendor's words for a request the front itself refuses; nil leaves the front's plain text.
    /// `request` has no path segments, or an empty query, where that is what could not be parsed, and no headers where it was no
    /// request at all (`FrontRequest.isUnread`).
    func refuse(_ fault: RequestFault, of request: FrontRequest) async -> FrontResponse?
}

extension Dialect {
    public func bodyLimit(at path: String) -> Int? { nil }

    public var takesForeignText: Bool { false }

    public func refuse(_ fault: RequestFault, of request: FrontRequest) async -> FrontResponse? { nil }
}

/// Why the front refuses a request that a dialect has claimed.
public enum RequestFault: Error, Hashable, Sendable {
    /// A path segment is not percent-encoded UTF-8: 400.
    case malformedPath
    /// The query is not percent-encoded UTF-8: 400.
    case malformedQuery
    /// More query parameters than `FrontLimits.queryParameters`: 400.
    case tooManyParameters(limit: Int)
    /// Path and query are longer than `FrontLimits.target` bytes: 414.
    case targetTooLong(limit: Int)
    /// No request as RFC 9112 has it: 400. The connection ends, as nobody can tell where the next one would begin.
    case malformedRequest
    /// More header fields, or more bytes of them, than `FrontLimits` has: 431. The connection ends.
    case headersTooLarge(limit: Int)
    /// A transfer coding besides `chunked`: 501. The connection ends.
    case unknownCoding

    var endsConnection: Bool {
        switch self {
        case .malformedRequest, .headersTooLarge, .unknownCoding: true
        case .malformedPath, .malformedQuery, .tooManyParameters, .targetTooLong: false
        }
    }
}
