import Foundation

/// The address of an S3 service: `https://s3.example` or `http://10.0.0.1:9000`.
public struct S3Endpoint: Sendable, Hashable, CustomStringConvertible {
    public let isSecure: Bool
    /// As it stands in a URL, an IPv6 address in brackets.
    public let host: String
    /// nil for the scheme's own.
    public let port: Int?

    /// - Returns: nil for what is no URL of http or https, or has more than a host and a port.
    public init?(_ text: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = parts.percentEncodedHost, !host.isEmpty, host.wholeMatch(of: /[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]/) != nil,
            ["", "/"].contains(parts.percentEncodedPath), parts.query == nil, parts.fragment == nil, parts.user == nil, parts.password == nil,
            parts.port.map({ (1...65_535).contains($0) }) ?? true
        else { return nil }
        isSecure = scheme == "https"
        self.host = host.lowercased()
        port = parts.port == (isSecure ? 443 : 80) ? nil : parts.port
    }

    public var description: String { "\(isSecure ? "https" : "http")://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// Whether the host is a name, which a bucket can be put in front of.
    public var isName: Bool { host.contains { $0.isLetter } && !host.hasPrefix("[") }
}

/// Where an object is: what a request names, and what it signs.
struct S3Place: Sendable, Hashable {
    /// The `Host` header.
    let host: String
    /// Encoded, from the first slash on.
    let path: String
    let scheme: String

    /// - Parameter key: nil for the bucket itself.
    init(_ options: S3Options, key: String?) {
        let endpoint = options.endpoint, port = endpoint.port.map { ":\($0)" } ?? ""
        scheme = endpoint.isSecure ? "https" : "http"
        host = (options.pathStyle ? "" : options.bucket + ".") + endpoint.host + port
        path = (options.pathStyle ? "/" + options.bucket : "") + (key.map { "/" + URIEncoding.encode($0, keeping: "/") } ?? (options.pathStyle ? "" : "/"))
    }
}
