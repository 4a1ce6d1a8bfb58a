import NIOCore
import NIOHTTP1
import NIOWebSocket

/// An open web socket. One task reads; any may write.
public final class WebSocketConnection: Sendable {
    /// What a client says. Pings are answered and told of, as they are signs of life.
    public enum Message: Sendable, Hashable {
        case text(String)
        case binary(ByteBuffer)
        case ping
        case pong
    }

    private let parts: PartReader
    private let outbound: ResponseSender.Outbound

    init(_ parts: PartReader, _ outbound: ResponseSender.Outbound) {
        self.parts = parts
        self.outbound = outbound
    }

    /// The next message; nil when the client has closed, which it is answered.
    /// - Throws: when the connection is broken, or the client breaks the protocol.
    public func next() async throws -> Message? {
        while case .body(var bytes) = try await parts.next() {
            guard let opcode = bytes.readInteger(as: UInt8.self).flatMap({ WebSocketOpcode(encodedWebSocketOpcode: $0) }) else { return nil }
            switch opcode {
            case .text: return .text(String(buffer: bytes))
            case .binary: return .binary(bytes)
            case .ping:
                try await send(.pong, bytes)
                return .ping
            case .pong: return .pong
            case .connectionClose:
                try await send(.connectionClose, bytes)
                return nil
            default: continue
            }
        }
        return nil
    }

    public func send(text: String) async throws {
        try await send(.text, ByteBuffer(string: text))
    }

    /// Says good-bye (RFC 6455 §7.4.1). Nothing is to be sent after it.
    public func close(_ code: CloseCode) async throws {
        var bytes = ByteBuffer()
        bytes.writeInteger(code.rawValue)
        try await send(.connectionClose, bytes)
    }

    public enum CloseCode: UInt16, Sendable {
        case normal = 1000
        /// The server stops, or has waited long enough.
        case goingAway = 1001
        case policy = 1008
    }

    private func send(_ opcode: WebSocketOpcode, _ bytes: ByteBuffer) async throws {
        var framed = ByteBuffer()
        framed.writeInteger(UInt8(webSocketOpcode: opcode))
        framed.writeImmutableBuffer(bytes)
        try await outbound.write(.body(.byteBuffer(framed)))
    }
}

/// Carries frames through a pipeline of HTTP parts: each is the part of a body, its opcode before its bytes.
final class WebSocketBridge: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = WebSocketFrame

    /// Bytes of a message, put together.
    private static let largest = 64 << 10

    /// What stands in place of HTTP's codec from now on.
    static var handlers: [any ChannelHandler] {
        [
            WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: largest)), MaskGuard(),
            NIOWebSocketFrameAggregator(minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 64, maxAccumulatedFrameSize: largest),
            WebSocketProtocolErrorHandler(isServer: true), WebSocketBridge(),
        ]
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        var bytes = context.channel.allocator.buffer(capacity: frame.length + 1)
        bytes.writeInteger(UInt8(webSocketOpcode: frame.opcode))
        bytes.writeImmutableBuffer(frame.unmaskedData)
        context.fireChannelRead(wrapInboundOut(.body(bytes)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .body(.byteBuffer(var bytes)) = unwrapOutboundIn(data),
            let opcode = bytes.readInteger(as: UInt8.self).flatMap({ WebSocketOpcode(encodedWebSocketOpcode: $0) })
        else {
            promise?.succeed(())
            return
        }
        context.write(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: bytes)), promise: promise)
    }
}

/// Ends what does not mask its frames, as every client must (RFC 6455 §5.1).
private final class MaskGuard: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketFrame

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard unwrapInboundIn(data).maskKey != nil else {
            context.fireErrorCaught(NIOWebSocketError.multiByteControlFrameLength)
            return context.close(promise: nil)
        }
        context.fireChannelRead(data)
    }
}
