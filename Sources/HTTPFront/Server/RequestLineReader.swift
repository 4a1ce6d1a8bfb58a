import NIOCore
import NIOHTTP1

/// Stands before HTTP's parser and sees each request line first, for two things that the parser cannot do: raw bytes above ASCII in a
/// target are read as if they were percent-encoded, since clients in PHP and curl send names of files that way (P§2.4), and
/// what the parser refuses can be told by its first line.
///
/// Only a line that certainly begins a request is touched; where that is, `MessageFraming` knows.
final class RequestLineReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// The request line that came last, as it came and cut at `kept`.
    private(set) var line: [UInt8] = []
    /// The fields behind it, as far as they came and while the parser has not taken them.
    private(set) var fields: [ByteBuffer] = []
    /// Bytes that arrived after what was refused.
    private(set) var dropped = 0

    /// Bytes of a line that are held back at most.
    private let longest: Int
    private static let kept = 8 << 10
    private var framing = MessageFraming()
    private var pending = ByteBuffer()
    private var isFeeding = false
    private var isStopped = false

    /// - Parameter longest: bytes of a head at most; a longer line is the parser's to refuse.
    init(longest: Int) {
        self.longest = longest
    }

    /// Takes note of what the parser makes of its input.
    func parsed(_ part: HTTPServerRequestPart) {
        if case .head = part { fields = [] }
        framing.parsed(part)
    }

    /// Passes nothing on any more.
    func stop() {
        isStopped = true
        pending = ByteBuffer()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if isStopped {
            dropped += bytes.readableBytes
            return
        }
        if pending.readableBytes == 0 {
            pending = bytes
        } else {
            pending.writeBuffer(&bytes)
        }
        guard !isFeeding else { return }
        isFeeding = true
        defer { isFeeding = false }
        while !isStopped, pending.readableBytes > 0, let piece = nextPiece() {
            if case .fields = framing.place { fields.append(piece) }
            framing.passes(piece)
            context.fireChannelRead(wrapInboundOut(piece))
            framing.passed(piece.readableBytes)
            // The parser reads a chunk's extensions for ever (RFC 9112 §7.1.1).
            if framing.wasted > longest { context.fireErrorCaught(HTTPParserError.invalidChunkSize) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { passRest(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        passRest(context)
        context.fireChannelInactive()
    }

    /// Bytes that will never be a whole line are left to the parser.
    private func passRest(_ context: ChannelHandlerContext) {
        guard pending.readableBytes > 0, !isStopped else { return }
        let rest = pending
        pending = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(rest))
    }

    private func nextPiece() -> ByteBuffer? {
        switch framing.place {
        case .line: nextLine()
        case .fields: nextFields()
        case .body(let left): pending.readSlice(length: min(left, pending.readableBytes))
        case .unknown: pending.readSlice(length: pending.readableBytes)
        }
    }

    private func nextLine() -> ByteBuffer? {
        guard let end = pending.withUnsafeReadableBytes({ $0.firstIndex(of: Self.lineFeed) }) else {
            // Not even the beginning of a request, such as a TLS greeting, or longer than any may be.
            guard let first = pending.readableBytesView.first, !Self.mayBegin(first) || pending.readableBytes > longest else { return nil }
            begin(with: pending)
            return pending.readSlice(length: pending.readableBytes)
        }
        guard let whole = pending.readSlice(length: end + 1) else { return nil }
        // Empty lines before a request are nobody's (RFC 9112 §2.2).
        if whole.withUnsafeReadableBytes({ $0.allSatisfy { $0 == Self.lineFeed || $0 == Self.carriageReturn } }) { return whole }
        begin(with: whole)
        return whole.withUnsafeReadableBytes { $0.contains { $0 > 0x7F } } ? Self.encoded(whole) : whole
    }

    private func begin(with bytes: ByteBuffer) {
        line = bytes.withUnsafeReadableBytes { $0.prefix(Self.kept).filter { $0 != Self.lineFeed && $0 != Self.carriageReturn } }
        fields = []
        framing.beginsHead()
    }

    /// Up to the empty line that ends a head.
    private func nextFields() -> ByteBuffer? {
        let end = pending.withUnsafeReadableBytes { framing.endOfHead(in: $0) }
        return pending.readSlice(length: end ?? pending.readableBytes)
    }

    private static func encoded(_ line: ByteBuffer) -> ByteBuffer {
        var out: [UInt8] = []
        for byte in line.readableBytesView {
            if byte > 0x7F {
                PercentEncoding.append(byte, to: &out)
            } else {
                out.append(byte)
            }
        }
        return ByteBuffer(bytes: out)
    }

    private static func mayBegin(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == lineFeed || byte == carriageReturn
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
}
