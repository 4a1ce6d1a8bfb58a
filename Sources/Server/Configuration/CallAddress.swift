/// One address to take calls on, as an operator writes it: `HOST:PORT`, the host in numbers, IPv6 in brackets.
public struct CallAddress: Sendable, Hashable, CustomStringConvertible {
    public var host: String
    /// 0 lets the system choose.
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Returns: nil for anything else.
    public init?(_ text: String) {
        guard !text.contains("/"), let address = ListenAddress(text) else { return nil }
        host = address.host == "localhost" ? "127.0.0.1" : address.host
        port = address.port
    }

    public var description: String { "sip:" + (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
