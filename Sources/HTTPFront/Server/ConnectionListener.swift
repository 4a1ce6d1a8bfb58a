import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
import NIOPosix
import ServiceLifecycle

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Accepts connections at one address, or on a socket that was handed over, until the server stops or the task is cancelled.
struct ConnectionListener: Sendable {
    let listener: Listener
    let connection: HTTPConnection
    /// Connections at once; further ones wait in the system's queue.
    let maximum: Int
    /// Given up when there is none for a connection.
    let spare: SpareDescriptors
    let group: any EventLoopGroup
    let logger: Logger
    private let arrivals = Arrivals()

    /// Connections that the system keeps until they are accepted.
    private static let backlog: Int32 = 1024
    /// Between looks whether all who were accepted are served, and how long there are looks.
    private static let settling = (step: TimeAmount.milliseconds(10), most: TimeAmount.seconds(5))

    /// Returns when every connection has ended.
    /// - Parameter onRunning: called once connections are accepted.
    /// - Throws: what is wrong with the address or the socket.
    func run(onRunning: @Sendable (any Channel) async -> Void) async throws {
        let quiescing = ServerQuiescingHelper(group: group)
        let server = try await open(quiescing)
        await withGracefulShutdownHandler {
            await onRunning(server.channel)
            await serve(server)
        } onGracefulShutdown: {
            stop(server.channel, quiescing)
        }
    }

    private func serve(_ server: NIOAsyncChannel<AcceptedConnection, Never>) async {
        await withDiscardingTaskGroup { group in
            do {
                try await server.executeThenClose { accepted in
                    for try await value in accepted {
                        arrivals.taken()
                        group.addTask { await connection.handle(value: value, logger: logger) }
                    }
                }
            } catch {
                logger.error("accepting connections failed", metadata: ["error": "\(error)"])
            }
        }
    }

    private func open(_ quiescing: ServerQuiescingHelper) async throws -> NIOAsyncChannel<AcceptedConnection, Never> {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // The limit is looked at between reads, and a read may accept several connections.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(AcceptPause(logger, spare: spare))
                    try pipeline.addHandler(ArrivalHandler(arrivals))
                    try pipeline.addHandler(AvailableConnectionsChannelHandler(delegate: MaximumAvailableConnections(maximum)))
                    try pipeline.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
        guard let socket = listener.socket else {
            return try await bootstrap.bind(host: listener.host, port: listener.port) { connection.setup(channel: $0, logger: logger) }
        }
        let server = try await bootstrap.bind(socket) { connection.setup(channel: $0, logger: logger) }
        // NIO has it listen anew, with fewer.
        _ = listen(socket, Self.backlog)
        return server
    }

    private func stop(_ channel: any Channel, _ quiescing: ServerQuiescingHelper) {
        guard listener.socket != nil else { return quiescing.initiateShutdown(promise: nil) }
        // New connections are left to the process that takes the socket over. A connection that was accepted already needs a moment to reach its task,
        // and would be lost if the channel were closed before.
        channel.setOption(.autoRead, value: false).whenComplete { _ in settle(channel, quiescing, until: .now() + Self.settling.most) }
    }

    private func settle(_ channel: any Channel, _ quiescing: ServerQuiescingHelper, until end: NIODeadline) {
        channel.eventLoop.scheduleTask(in: Self.settling.step) {
            guard !arrivals.isOver, NIODeadline.now() < end else { return quiescing.initiateShutdown(promise: nil) }
            settle(channel, quiescing, until: end)
        }
    }
}
