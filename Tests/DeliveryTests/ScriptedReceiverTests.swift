import AsyncHTTPClient
import NIOCore
import NIOPosix
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import Delivery

/// Receivers that do to a connection what they please.
@Suite struct ScriptedReceiverTests {
    /// What is done about a request.
    private enum Act: Sendable {
        case says(String)
        /// Says this, and is gone.
        case breaksOff(String)
        /// Says this, and then more and more.
        case floods(String)
    }

    /// What came, and how much was sent.
    private final class Script: Sendable {
        private struct Pages {
            var acts: [Act]
            var ids: [String] = []
            var sent = 0
        }

        private let pages: Mutex<Pages>

        init(_ acts: [Act]) { pages = Mutex(Pages(acts: acts)) }

        /// The ids of deliveries, in the order in which they came.
        var ids: [String] { pages.withLock { $0.ids } }
        var sent: Int { pages.withLock { $0.sent } }

        func take(_ request: String) -> Act? {
            pages.withLock { pages in
                pages.ids.append(request.firstMatch(of: /X-Delivery: (\S+)/).map { String($0.1) } ?? "")
                return pages.acts.isEmpty ? nil : pages.acts.removeFirst()
            }
        }

        func add(_ bytes: Int) { pages.withLock { $0.sent += bytes } }

        func run<Value>(_ body: (Int) async throws -> Value) async throws -> Value {
            let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Player(self)) } }
                .bind(host: "127.0.0.1", port: 0).get()
            let result: Result<Value, any Error>
            do { result = .success(try await body(server.localAddress?.port ?? 0)) } catch { result = .failure(error) }
            try await server.close()
            return try result.get()
        }
    }

    private final class Player: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private static let piece = ByteBuffer(repeating: UInt8(ascii: "a"), count: 65_536)

        private let script: Script
        private var request = ""
        private var floods = false

        init(_ script: Script) { self.script = script }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            request += String(buffer: unwrapInboundIn(data))
            guard let head = request.firstRange(of: "\r\n\r\n"), let length = request.firstMatch(of: /(?i)content-length: (\d+)/).flatMap({ Int($0.1) }),
                request[head.upperBound...].utf8.count >= length
            else { return }
            let act = script.take(request)
            request = ""
            switch act {
            case .says(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .breaksOff(let text):
                let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in bound.value.close(promise: nil) }
            case .floods(let text):
                floods = true
                context.write(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                flood(context)
            case nil: context.close(promise: nil)
            }
        }

        /// Another piece whenever there is room, until the other has gone.
        private func flood(_ context: ChannelHandlerContext) {
            guard floods, context.channel.isActive else { return }
            script.add(Self.piece.readableBytes)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(Self.piece)).whenSuccess { bound.value.0.flood(bound.value.1) }
        }

        func channelInactive(context: ChannelHandlerContext) { floods = false }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    @Test(
        "Whoever takes a thing and is gone, says half a word, refuses or sends elsewhere is told it again under the same id, until it is taken; nobody else is")
    func untilItIsTaken() async throws {
        let other = Receiver()
        try await other.run { elsewhere in
            let script = Script([
                // Taken, perhaps; nobody knows.
                .breaksOff(""), .breaksOff("HTTP/1.1 20"), .says("HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"),
                .says("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:\(elsewhere)/\r\nContent-Length: 0\r\n\r\n"),
                .says("no HTTP at all\r\n\r\n"), .says("HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"),
                // Taken: that was said before the connection broke off.
                .breaksOff("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
                .says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            ])
            try await Bench.run { bench in
                try await HTTPPush.run { push in
                    try await script.run { port in
                        let policy = RetryPolicy(maximumAttempts: 20, base: 0, ceiling: 0)
                        try await bench.working([PostChannel(["http://127.0.0.1:\(port)/"], push: push, retries: policy)]) {
                            try await bench.happen(["first"])
                            try await bench.until { try await bench.deliveries().isEmpty && script.ids.count == 7 }
                            try await bench.happen(["second"])
                            try await bench.until { try await bench.deliveries().isEmpty && script.ids.count == 8 }
                        }
                    }
                }
            }
            let ids = script.ids
            #expect(Set(ids.prefix(7)).count == 1 && Set(ids).count == 2 && ids.allSatisfy { !$0.isEmpty })
        }
        #expect(other.requests.isEmpty)
    }

    @Test("Of an answer that has no end a bounded part is read, and its status counts")
    func anAnswerWithoutEnd() async throws {
        let script = Script([.floods("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")])
        try await script.run { port in
            let client = HTTPClient(configuration: HTTPPush.configuration)
            // Of a patience that would outlast the test.
            let push = HTTPPush(client: client, pool: .singleton, product: "Aftertone/test", patience: .seconds(3600))
            let request = OutgoingRequest(
                url: "http://127.0.0.1:\(port)/", method: "POST", body: ByteBuffer(string: "x"), timeoutSeconds: 3600, reach: .anywhere)
            let status = try? await push.send(request)
            #expect(status == 200)
            await push.close()
            try await client.shutdown()
        }
        // What was read, and what lay in the sockets.
        #expect(script.sent < 64 << 20)
    }
}
