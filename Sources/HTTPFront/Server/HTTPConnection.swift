import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Threads

/// What every request of one connection shares.
struct ConnectionFacts: Sendable {
    let remote: String
    let isSecure: Bool
    let operations: OperationsAudience
    let dialects: OfferedDialects
    /// The thread that writes to the socket.
    let loop: any EventLoop
}

/// HTTP/1 on the connections of one listener.
///
/// Hummingbird's own `HTTP1Channel` takes an inbound stream that ends early for the end of a body, knows no HTTP/1.0 and keeps
/// reading whatever is left of a request; a server that acknowledges uploads can afford none of these, so the pipeline
/// and the loop over it are ours, and so is `ConnectionListener`, which takes sockets that were handed over.
struct HTTPConnection: Sendable {
    let core: FrontCore
    let tls: TLSCertificate?
    let operations: OperationsAudience
    let dialects: OfferedDialects

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls.context)) }
            var framing = HTTPResponseEncoder.Configuration()
            framing.automaticallySetFramingHeaders = false
            var decoderLimits = NIOHTTPDecoderLimitConfiguration()
            decoderLimits.maxHeaderFieldCount = core.limits.headerCount
            decoderLimits.maxHeaderListSize = core.limits.headerBytes
            decoderLimits.maxHeaderFieldSize = core.limits.headerBytes
            try pipeline.addHandler(HTTPResponseEncoder(configuration: framing))
            let lines = RequestLineReader(longest: core.limits.headerBytes)
            try pipeline.addHandler(lines)
            try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: decoderLimits)))
            try pipeline.addHandler(ExchangeDeadline(core, lines))
            return try AcceptedConnection(channel)
        }
    }

    func handle(value connection: AcceptedConnection, logger: Logger) async {
        await withTaskExecutorPreference(WorkerThreads.shared) { await converse(connection, logger) }
    }

    private func converse(_ accepted: AcceptedConnection, _ logger: Logger) async {
        core.metrics.openConnections.add(1)
        // The connection closes when nobody holds `accepted` any more.
        defer { withExtendedLifetime(accepted) { core.metrics.openConnections.add(-1) } }
        do {
            let channel = accepted.channel
            try await withTaskCancellationHandler {
                try await accepted.wrapped.executeThenClose { inbound, outbound in
                    let parts = PartReader(inbound), facts = facts(channel)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            do { try await serve(parts, outbound, facts) } catch {
                                channel.close(promise: nil)
                                throw error
                            }
                        }
                        // `ExchangeDeadline` closes when what was written is sent, and the client has sent what it must; or when the
                        // time is over. Nobody waits for what is still being done then.
                        try await channel.closeFuture.get()
                        group.cancelAll()
                        try await group.waitForAll()
                    }
                }
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            logger.trace("connection ended", metadata: ["error": "\(error)"])
        }
    }

    private func facts(_ channel: any Channel) -> ConnectionFacts {
        ConnectionFacts(
            remote: channel.remoteAddress?.ipAddress ?? "", isSecure: tls != nil, operations: operations, dialects: dialects,
            loop: channel.eventLoop)
    }

    private func serve(_ parts: PartReader, _ outbound: ResponseSender.Outbound, _ facts: ConnectionFacts) async throws {
        while let part = try await parts.next(), let (head, fault) = Self.request(part) {
            let exchange = Exchange(core: core, connection: facts, parts: parts, outbound: outbound, head: head, refusal: fault)
            guard try await exchange.run() else { break }
        }
        outbound.finish()
        do {
            while try await parts.next() != nil {}
        } catch is HTTPParserError {
            // The fault is in a body that was answered before it was read; `ExchangeDeadline` waits until the client has that answer.
        }
    }

    private static func request(_ part: RequestPart) -> (HTTPRequestHead, RequestFault?)? {
        switch part {
        case .head(let head): (head, nil)
        case .refused(let refused): (refused.head, refused.fault)
        case .body, .end: nil
        }
    }
}
