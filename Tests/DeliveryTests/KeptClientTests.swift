import AsyncHTTPClient
import NIOCore
import NIOPosix
import Synchronization
import Testing
import Voicemail

@testable import Delivery

/// Receivers by name are told over connections that stay.
struct KeptClientTests {
    /// Answers everything, and counts who connects.
    private final class Answer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let connections: Counter

        init(_ connections: Counter) { self.connections = connections }

        func channelActive(context: ChannelHandlerContext) {
            connections.count.add(1, ordering: .relaxed)
            context.fireChannelActive()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 204 No Content\r\n\r\n")), promise: nil)
        }
    }

    private final class Counter: Sendable {
        let count = Atomic(0)
    }

    private static func run(keeping: Duration, _ body: (HTTPPush, OutgoingRequest) async throws -> Void) async throws -> Int {
        let connections = Counter()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Answer(connections)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let client = HTTPClient(configuration: HTTPPush.configuration)
        let push = HTTPPush(client: client, pool: .singleton, product: "Aftertone/test", keeping: keeping)
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body(push, OutgoingRequest(url: "http://localhost:\(port)/", method: "GET", timeoutSeconds: 600, reach: .anywhere)))
        } catch { result = .failure(error) }
        await push.close()
        #expect(push.keptNames == 0)
        try await client.shutdown()
        try await server.close()
        try result.get()
        return connections.count.load(ordering: .relaxed)
    }

    @Test func oneConnectionServesManyRequests() async throws {
        let connections = try await Self.run(keeping: .seconds(3600)) { push, request in
            for _ in 0..<20 {
                let status = try await push.send(request)
                #expect(status == 204)
            }
            #expect(push.keptNames == 1)
        }
        #expect(connections == 1)
    }

    @Test func nothingIsKeptLonger() async throws {
        let connections = try await Self.run(keeping: .zero) { push, request in
            for _ in 0..<3 {
                let status = try await push.send(request)
                #expect(status == 204)
                #expect(push.keptNames == 0)
            }
        }
        #expect(connections == 3)
    }

    /// The judgement is made for each request, whatever is kept.
    @Test func whatIsKeptOpensNoWay() async throws {
        _ = try await Self.run(keeping: .seconds(3600)) { push, request in
            _ = try await push.send(request)
            var judged = request
            judged.reach = OutgoingReach()
            let refused = judged
            await #expect(throws: OutgoingHTTPError("localhost is this machine")) { try await push.send(refused) }
        }
    }

    /// Nobody is asked there, however it is written.
    @Test("Private networks are reached where that is allowed", arguments: ["10.255.0.1", "167772161", "0300.0250.1.1", "[fd00::1]", "[64:ff9b::c0a8:101]"])
    func privateNetworks(_ host: String) async throws {
        _ = try await Self.run(keeping: .zero) { push, request in
            _ = try await push.send(request)
            var judged = request
            judged.url = "http://\(host)/"
            judged.reach = OutgoingReach(includesThisMachine: true)
            let refused = judged
            let name = host.filter { !"[]".contains($0) }
            await #expect(throws: OutgoingHTTPError("\(name) is in a private network")) { try await push.send(refused) }
        }
    }
}
