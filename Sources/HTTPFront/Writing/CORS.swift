import HTTPTypes

/// Cross-origin headers as KAZOO's clients expect them (contract §2.13).
public enum CORS {
    /// Headers to add to any answer, errors too; nil when the request is none of a browser's cross-origin ones.
    /// - Parameter methods: those of the path, without `OPTIONS`.
    public static func headers(for request: HTTPFields, methods: [HTTPRequest.Method]) -> HTTPFields? {
        let asked = request[.accessControlRequestMethod]
        guard request[.origin] != nil || asked != nil || request[.accessControlRequestHeaders] != nil else { return nil }
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
        + "cache-control, x-auth-token, x-kazoo-cluster-id, if-match, range"
    private static let exposedHeaders = "content-type, x-auth-token, x-request-id, x-kazoo-cluster-id, location, etag"
}
