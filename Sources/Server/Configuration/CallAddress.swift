import SIP

/// One address to take calls on, as an operator writes it: `HOST:PORT`, the host in numbers, IPv6 in brackets.
public struct CallAddress: Sendable, Hashable, CustomStringConvertible {
    public var host: String
    /// 0 lets the system choose.
    public var port: Int

    /// Over TLS, where nothing but TLS is spoken.
    public var isSecure: Bool

    public init(host: String, port: Int, isSecure: Bool = false) {
        self.host = host
        self.port = port
        self.isSecure = isSecure
    }

    /// - Returns: nil for anything else.
    public init?(_ text: String) {
        guard !text.contains("/"), let address = ListenAddress(text) else { return nil }
        host = address.host == "localhost" ? "127.0.0.1" : address.host
        port = address.port
        isSecure = false
    }

    var peer: PeerAddress { PeerAddress(host: host, port: UInt16(truncatingIfNeeded: port)) }

    public var description: String { (isSecure ? "sips:" : "sip:") + (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
