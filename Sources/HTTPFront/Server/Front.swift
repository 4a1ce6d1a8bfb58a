import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Voicemail

/// The HTTP server: listeners, limits, health and metrics, and the dialects behind them.
public struct Front: Service {
    /// A listener that accepts connections.
    public struct Bound: Sendable {
        public let listener: Listener
        /// The real port, also when 0 was asked for.
        public let port: Int
    }

    private let core: FrontCore
    private let dialects: [any Dialect]
    private let listeners: [Listener]
    private let spare: SpareDescriptors
    private let group: any EventLoopGroup
    private let onListening: @Sendable (Bound) async -> Void
    private let logger: Logger
    private let certificates = CertificateShelf()

    /// - Parameters:
    ///   - dialects: those that a listener has are asked in this order whether they claim a path.
    ///   - readiness: what `/readyz` depends on.
    ///   - documents: fixed answers by exact path, such as `/openapi/kazoo.json`.
    ///   - trustedProxies: whose `X-Forwarded-For` says what address a client has.
    ///   - spare: given up when there is no descriptor for a connection.
    ///   - onListening: called once for each listener when it accepts connections.
    public init(
        listeners: [Listener], dialects: [any Dialect], limits: FrontLimits = FrontLimits(), deadlines: FrontDeadlines = FrontDeadlines(),
        metrics: MetricsRegistry = MetricsRegistry(), readiness: [ReadinessCheck] = [], documents: [String: StaticRoute] = [:],
        trustedProxies: [NetworkRange] = [], spare: SpareDescriptors = SpareDescriptors(0),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, logger: Logger,
        onListening: @escaping @Sendable (Bound) async -> Void = { _ in }
    ) {
        core = FrontCore(
            operations: OperationsRoutes(registry: metrics, checks: readiness, documents: documents), limits: limits,
            deadlines: deadlines, metrics: ExchangeMetrics(metrics), proxies: TrustedProxies(ranges: trustedProxies), logger: logger)
        self.dialects = dialects
        self.listeners = listeners
        self.spare = spare
        group = eventLoopGroup
        self.onListening = onListening
        self.logger = logger
    }

    /// Requests to dialects that were answered since the start.
    public var requestCount: Int { core.metrics.exchanges.value }

    /// Serves until the task is cancelled, or until a graceful shutdown has let the exchanges in progress finish; those that
    /// take longer than `FrontDeadlines.drain` are cut.
    /// - Throws: when a listener cannot be bound or its certificate cannot be read.
    public func run() async throws {
        var doors: [ConnectionListener] = []
        for listener in listeners { doors.append(try await prepare(listener)) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for door in doors {
                group.addTask {
                    do {
                        try await door.run { channel in
                            await onListening(Bound(listener: door.listener, port: channel.localAddress?.port ?? door.listener.port))
                        }
                    } catch {
                        throw ListeningError(door.listener, error)
                    }
                    return true
                }
            }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: core.deadlines.drain)
                return false
            }
            if listeners.contains(where: { $0.tls != nil }) {
                group.addTask {
                    while true {
                        try await Task.sleep(for: core.deadlines.certificateCheck)
                        await certificates.reload(always: false, logger)
                    }
                }
            }
            var running = doors.count
            while running > 0, let isServer = try await group.next(), isServer { running -= 1 }
            group.cancelAll()
        }
    }

    /// Reads all certificate and key files again, as on SIGHUP; changed files are noticed without it. New connections
    /// get the new certificate. Files that cannot be used leave the old certificate in place and are logged as an error.
    public func reloadCertificates() async {
        await certificates.reload(always: true, logger)
    }

    private func prepare(_ listener: Listener) async throws -> ConnectionListener {
        var certificate: TLSCertificate?
        if let files = listener.tls { certificate = try await TLSCertificate.load(files) }
        if let certificate { certificates.add(certificate) }
        return ConnectionListener(
            listener: listener,
            connection: HTTPConnection(
                core: core, tls: certificate, operations: listener.operations, dialects: OfferedDialects(dialects, listener.dialects)),
            maximum: core.limits.connections, spare: spare, group: group, logger: logger)
    }
}
