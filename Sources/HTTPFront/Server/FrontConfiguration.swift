/// One address to listen on.
public struct Listener: Hashable, Sendable {
    /// An IP address or a host name.
    public var host: String
    /// 0 lets the system choose.
    public var port: Int
    /// PEM files; nil for plain HTTP.
    public var tls: TLSFiles?
    /// The clients that are shown `/livez`, `/readyz` and `/metrics` here.
    public var operations: OperationsAudience
    /// The descriptor of a socket that listens there already and was handed to this process; nil to make one.
    public var socket: Int32?
    /// What can be asked for here.
    public var dialects: DialectChoice

    public init(
        host: String = "127.0.0.1", port: Int, tls: TLSFiles? = nil, operations: OperationsAudience = .all, socket: Int32? = nil,
        dialects: DialectChoice = .all
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.operations = operations
        self.socket = socket
        self.dialects = dialects
    }
}

/// The clients that see health and metrics.
public enum OperationsAudience: String, Hashable, Sendable, CaseIterable {
    case all
    /// Clients on this machine (`TrustedProxies.isHere`).
    case loopback
    case none
}

/// A certificate chain and its private key, as PEM files of this machine.
public struct TLSFiles: Hashable, Sendable {
    public var certificate: String
    public var key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// What the front accepts of one client. Sizes are bytes.
public struct FrontLimits: Hashable, Sendable {
    /// A request body, whatever a dialect would take.
    public var body = 64 << 20
    /// What all requests together may keep of bodies in memory, beyond the first 64 KiB of each. Uploads are not kept. An
    /// eighth is for those who have not shown who they are.
    public var bodiesInMemory = 256 << 20
    /// Path and query together; longer is 414.
    public var target = 8 << 10
    /// Header fields of one request; more is 431.
    public var headerCount = 100
    /// All header fields of one request and its first line together; more is 431.
    public var headerBytes = 64 << 10
    /// Query parameters; more is 400.
    public var queryParameters = 256
    /// Open connections of one listener; further ones wait in the system's queue.
    public var connections = 4096
    /// What is read of a request that was answered early, so that the client gets to see the answer. Many clients look for it only when they have
    /// sent all, so this is as much as the longest body; `FrontDeadlines.lingering` bounds it by time.
    public var lingering = 64 << 20

    public init() {}
}

/// How long a client may take. Everything else about a connection is bounded by `FrontLimits`.
public struct FrontDeadlines: Hashable, Sendable {
    /// From the connection, or the first byte of a further request, to the end of the request's head.
    public var head: Duration = .seconds(15)
    /// From the head of a request to the last byte of its answer, plus the time its bytes need at `minimumRate`.
    public var exchange: Duration = .seconds(120)
    /// Bytes per second in either direction that earn an exchange more time; 0 grants none.
    public var minimumRate = 16 << 10
    /// Between two requests of one connection.
    public var idle: Duration = .seconds(75)
    /// For reading on after an early answer, plus the time that what still comes needs at `minimumRate`.
    public var lingering: Duration = .seconds(5)
    /// For exchanges in progress when the server stops.
    public var drain: Duration = .seconds(30)
    /// Between looks at the modification times of TLS files.
    public var certificateCheck: Duration = .seconds(30)

    public init() {}
}
