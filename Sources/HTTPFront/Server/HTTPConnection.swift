import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Threads

/// What every request of one connection shares.
struct ConnectionFacts: Sendable {
    let remote: String
    let isSecure: Bool
    let showsOperations: Bool
    /// The thread that writes to the socket.
    let loop: any EventLoop
}

/// HTTP/1 on the connections of one listener.
///
/// Hummingbird's own `HTTP1Channel` takes an inbound stream that ends early for the end of a body, knows no HTTP/1.0 and keeps
/// reading whatever is left of a request; a server that acknowledges uploads can afford none of these, so the pipeline
/// and the loop over it are ours, on Hummingbird's `Server`.
struct HTTPConnection: ServerChildChannel {
    typealias Value = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    let core: FrontCore
    let tls: TLSCertificate?
    let showsOperations: Bool

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
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
            try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: decoderLimits)))
            try pipeline.addHandler(ExchangeDeadline(core))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value connection: Value, logger: Logger) async {
        await withTaskExecutorPreference(WorkerThreads.shared) { await converse(connection, logger) }
    }

    private func converse(_ connection: Value, _ logger: Logger) async {
        core.metrics.openConnections.add(1)
        defer { core.metrics.openConnections.add(-1) }
        do {
            try await withTaskCancellationHandler {
                try await connection.executeThenClose { inbound, outbound in
                    try await serve(PartReader(inbound), outbound, facts(connection.channel))
                    // `ExchangeDeadline` closes when what was written is sent, and the client has sent what it must.
                    try await connection.channel.closeFuture.get()
                }
            } onCancel: {
                connection.channel.close(promise: nil)
            }
        } catch {
            logger.trace("connection ended", metadata: ["error": "\(error)"])
        }
    }

    private func facts(_ channel: any Channel) -> ConnectionFacts {
        ConnectionFacts(
            remote: channel.remoteAddress?.ipAddress ?? "", isSecure: tls != nil, showsOperations: showsOperations,
            loop: channel.eventLoop)
    }

    private func serve(_ parts: PartReader, _ outbound: ResponseSender.Outbound, _ facts: ConnectionFacts) async throws {
        do {
            while let part = try await parts.next() {
                guard case .head(let head) = part else { break }
                let exchange = Exchange(core: core, connection: facts, parts: parts, outbound: outbound, head: head)
                guard try await exchange.run() else { break }
            }
        } catch is HTTPParserError {
            // Garbage behind a request that has just been answered; in other places `ExchangeDeadline` says so.
            let headers: HTTPHeaders = ["Connection": "close", "Content-Length": "0"]
            let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
            try await outbound.write(contentsOf: [.head(head), .end(nil)])
        }
        outbound.finish()
        while try await parts.next() != nil {}
    }
}
