/// A telephone system that we are an extension of.
public struct RegistrationSettings: Sendable, Hashable {
    /// The extension.
    public var user: String
    /// The system, as the addresses of its extensions name it: a name, or an address in numbers without brackets.
    public var host: String
    /// nil for what the name says, and else the usual one.
    public var port: UInt16?
    public var transport = SIPTransport.udp
    /// The name that the password goes with, where it is not the extension.
    public var login: String?
    public var password = ""
    /// Seconds that a registration is asked for.
    public var seconds = 300

    public init(user: String, host: String, port: UInt16? = nil) {
        self.user = user
        self.host = host
        self.port = port
    }

    /// `700@pbx.example.com`.
    public var name: String { "\(user)@\(bracketedHost)" + (port.map { ":\($0)" } ?? "") }

    var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }
    /// Where the request is for: the system itself (RFC 3261 §10.2).
    var registrar: String { "sip:\(bracketedHost)" + (port.map { ":\($0)" } ?? "") }
    var address: String { "sip:\(user)@\(bracketedHost)" }
}

/// What carries requests of ours.
public enum SIPTransport: String, Sendable, Hashable, CaseIterable {
    case udp, tcp
}

/// How a registration is.
public enum RegistrationState: Sendable, Hashable {
    /// It holds for so many seconds.
    case registered(at: PeerAddress, seconds: Int)
    /// It does not, and is tried again after some seconds.
    case failed(reason: String, retrySeconds: Int)
    /// It was given up.
    case ended

    public var isRegistered: Bool { if case .registered = self { true } else { false } }
}

/// Finds out where requests to a telephone system go.
public protocol PeerNames: Sendable {
    /// - Returns: best first; empty where nothing is known of it.
    func addresses(of host: String, port: UInt16?, over transport: SIPTransport) async -> [PeerAddress]
}
