import AsyncHTTPClient
import NIOCore
import NIOPosix
import TestKit
import Testing
import Voicemail

@testable import Delivery

/// A receiver that says its status and never finishes what it says besides.
@Suite struct UnendingAnswerTests {
    private final class Answer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let text: String
        private var isSaid = false

        init(_ text: String) { self.text = text }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !isSaid else { return }
            isSaid = true
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost"], ["Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n"])
    func itsStatusCounts(_ host: String, _ rest: String) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Answer("HTTP/1.1 202 Accepted\r\n" + rest)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = HTTPClient(configuration: HTTPPush.configuration)
        let push = HTTPPush(client: client, pool: .singleton, product: "Aftertone/test", patience: .milliseconds(50))
        let port = try #require(server.localAddress?.port)
        let request = OutgoingRequest(url: "http://\(host):\(port)/", method: "GET", timeoutSeconds: 600, reach: .anywhere)
        let status = try? await push.send(request)
        #expect(status == 202)
        // Nothing is left of it that a shutdown would wait for.
        await push.close()
        try await client.shutdown()
        try await server.close()
    }
}
