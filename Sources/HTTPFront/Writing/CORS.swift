import HTTPTypes

/// Cross-origin headers, for pages that are served from elsewhere. Every origin may ask: no
/// interface goes by cookies, and the web page, which does, has none of these.
public enum CORS {
    /// Adds what lets a page read any answer and, on a preflight, send JSON, a token and a range (Fetch §3.2); nothing where the request
    /// is none of a browser's cross-origin ones.
    public static func open(_ response: inout FrontResponse, for request: FrontRequest, methods: String) {
        guard isOfPage(request) || isPreflight(request.headers) else { return }
        response.headers[.accessControlAllowOrigin] = "*"
        response.headers[.accessControlExposeHeaders] = "content-disposition, content-range, x-request-id"
        guard isPreflight(request.headers) else { return }
        response.headers[.accessControlAllowMethods] = methods
        response.headers[.accessControlAllowHeaders] = plainHeaders
        response.headers[.accessControlMaxAge] = "86400"
    }

    /// Whether a page may have sent it, which has to be let read the answer. Of what could not be read nobody knows.
    private static func isOfPage(_ request: FrontRequest) -> Bool { request.isUnread || request.headers[.origin] != nil }

    /// Whether a browser asks what it may send before it sends it.
    public static func isPreflight(_ request: RequestHeaders) -> Bool { request[.accessControlRequestMethod] != nil }

    /// What pages send that know no vendor's own headers.
    public static let plainHeaders = "authorization, content-type, range, x-requested-with"

    // MARK: As KAZOO's clients expect them (K§2.13)

    /// Headers to add to any answer, errors too; nil when the request is none of a browser's cross-origin ones.
    /// - Parameter methods: those of the path, without `OPTIONS`.
    public static func headers(for request: FrontRequest, methods: [HTTPRequest.Method]) -> HTTPFields? {
        let asked = request.headers[.accessControlRequestMethod]
        guard isOfPage(request) || asked != nil || request.headers[.accessControlRequestHeaders] != nil else { return nil }
        var names = ["OPTIONS"]
        for method in methods.map(\.rawValue) where !names.contains(method) { names.append(method) }
        if let asked, HTTPToken.isToken(asked), asked.utf8.count <= 32, !names.contains(asked) { names.append(asked) }
        return [
            .accessControlAllowOrigin: "*",
            .accessControlAllowMethods: names.joined(separator: ", "),
            .accessControlAllowHeaders: allowedHeaders,
            .accessControlExposeHeaders: exposedHeaders,
            .accessControlMaxAge: "86400",
        ]
    }

    private static let allowedHeaders =
        "content-type, depth, user-agent, x-http-method-override, x-file-size, x-requested-with, if-modified-since, x-file-name, "
        + "cache-control, x-auth-token, x-kazoo-cluster-id, if-match, range, authorization"
    private static let exposedHeaders = "content-type, x-auth-token, x-request-id, x-kazoo-cluster-id, location, etag"
}
