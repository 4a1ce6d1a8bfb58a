import Foundation

/// One address to accept connections on, as an operator writes it: `HOST:PORT`, `http://HOST:PORT` or `https://HOST:PORT`.
/// IPv6 addresses stand in brackets.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    public var host: String
    /// 0 lets the system choose.
    public var port: Int
    public var isSecure: Bool

    public init(host: String, port: Int, isSecure: Bool = false) {
        self.host = host
        self.port = port
        self.isSecure = isSecure
    }

    /// Where who is on this machine reaches it: one that listens at every address does so at the machine's own.
    var near: ListenAddress {
        var near = self
        if host == "0.0.0.0" { near.host = "127.0.0.1" } else if host == "::" { near.host = "::1" }
        return near
    }

    /// - Returns: nil for anything else.
    public init?(_ text: String) {
        var rest = Substring(text)
        isSecure = rest.hasPrefix("https://")
        if let scheme = rest.range(of: "://") {
            guard ["http", "https"].contains(rest[..<scheme.lowerBound]) else { return nil }
            rest = rest[scheme.upperBound...]
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]) else { return nil }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { "/?#@ []".contains($0) }) else { return nil }
        self.host = String(host)
        self.port = Int(port)
    }

    public var description: String {
        "\(isSecure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Whether only this machine can connect.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
