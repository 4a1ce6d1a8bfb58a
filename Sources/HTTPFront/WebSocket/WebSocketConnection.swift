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

    /// The next message; nil when the client has closed, which it is answered, or has broken the rules, which it is told.
    /// - Throws: when the connection is broken.
    public func next() async throws -> Message? {
        while case .body(var bytes) = try await parts.next() {
            guard let opcode = bytes.readInteger(as: UInt8.self).flatMap({ WebSocketOpcode(encodedWebSocketOpcode: $0) }) else { return nil }
            switch opcode {
            case .text:
                // RFC 6455 §8.1.
                guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
                    try await close(.invalidText)
                    return nil
                }
                return .text(text)
            case .binary: return .binary(bytes)
            case .ping:
                try await send(.pong, bytes)
                return .ping
            case .pong: return .pong
            case .connectionClose:
                if let fault = CloseFrame.fault(in: bytes) { try await close(fault) } else { try await send(.connectionClose, bytes) }
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
        case protocolError = 1002
        case invalidText = 1007
        case policy = 1008
        case tooLarge = 1009
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

    /// Frames of one message; it may have as many as it is long, but nobody sends them so.
    private static let mostFrames = 1024

    /// What stands in place of HTTP's codec from now on.
    static var handlers: [any ChannelHandler] {
        [
            WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: largest)), FrameGuard(),
            NIOWebSocketFrameAggregator(minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: mostFrames, maxAccumulatedFrameSize: largest),
            WebSocketBridge(),
        ]
    }

    private var isOver = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        let frame = unwrapInboundIn(data)
        var bytes = context.channel.allocator.buffer(capacity: frame.length + 1)
        bytes.writeInteger(UInt8(webSocketOpcode: frame.opcode))
        bytes.writeImmutableBuffer(frame.unmaskedData)
        context.fireChannelRead(wrapInboundOut(.body(bytes)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isOver, case .body(.byteBuffer(var bytes)) = unwrapOutboundIn(data),
            let opcode = bytes.readInteger(as: UInt8.self).flatMap({ WebSocketOpcode(encodedWebSocketOpcode: $0) })
        else {
            promise?.succeed(())
            return
        }
        context.write(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: bytes)), promise: promise)
    }

    /// A client that breaks the protocol is told the code, and nothing more is read from it (RFC 6455 §7.1.7): for the reader of messages it is
    /// the end. What is still on its way is taken and dropped (`ExchangeDeadline`), or closing would reset the connection before the
    /// client reads the code.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isOver else { return }
        guard let code = Self.code(of: error) else { return context.fireErrorCaught(error) }
        isOver = true
        var bytes = context.channel.allocator.buffer(capacity: 2)
        bytes.writeInteger(code.rawValue)
        context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: bytes)), promise: nil)
        context.fireChannelRead(wrapInboundOut(.end(nil)))
        context.fireChannelReadComplete()
    }

    private static func code(of error: any Error) -> WebSocketConnection.CloseCode? {
        switch error {
        case NIOWebSocketError.invalidFrameLength, NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
            NIOWebSocketFrameAggregator.Error.tooManyFragments:
            .tooLarge
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error, is FrameGuard.BadFrame: .protocolError
        default: nil
        }
    }
}

/// Lets through what RFC 6455 §5 allows of a frame by itself: masked, as every client's must be, of a kind that there is, and without the bits
/// that only extensions use, of which none was agreed on.
private final class FrameGuard: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketFrame

    struct BadFrame: Error {}

    private var isOver = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        let frame = unwrapInboundIn(data)
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3, Self.known.contains(frame.opcode) else {
            isOver = true
            return context.fireErrorCaught(BadFrame())
        }
        context.fireChannelRead(data)
    }

    private static let known: Set<WebSocketOpcode> = [.continuation, .text, .binary, .connectionClose, .ping, .pong]
}

/// What a client says when it closes (RFC 6455 §5.5.1, §7.4).
private enum CloseFrame {
    /// - Returns: nil for an empty one, and for a code that may be sent with a reason in UTF-8.
    static func fault(in bytes: ByteBuffer) -> WebSocketConnection.CloseCode? {
        var bytes = bytes
        guard bytes.readableBytes > 0 else { return nil }
        guard let code = bytes.readInteger(as: UInt16.self), isSendable(code) else { return .protocolError }
        return String(validating: bytes.readableBytesView, as: UTF8.self) == nil ? .invalidText : nil
    }

    private static func isSendable(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// Speaks web socket from here on, and HTTP no more.
    /// - Parameters:
    ///   - handler: which took what HTTP's parser made of the bytes.
    ///   - lines: what stood before that parser.
    func speakWebSocket(to handler: any ChannelHandler, insteadOf lines: RequestLineReader) throws {
        try addHandlers(WebSocketBridge.handlers, position: .before(handler))
        removeHandler(try self.handler(type: HTTPResponseEncoder.self), promise: nil)
        removeHandler(try self.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self), promise: nil)
        removeHandler(lines, promise: nil)
    }
}
