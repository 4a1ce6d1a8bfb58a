import NIOCore
import NIOHTTP1

/// Stands before HTTP's parser and sees each request line first, for two things that the parser cannot do: raw bytes above ASCII in a
/// target are read as if they were percent-encoded, since clients in PHP and curl send names of files that way (P§2.4), and
/// what the parser refuses can be told by its first line.
///
/// Only a line that certainly begins a request is touched. Where requests begin is known from the parser alone: its input is cut at
/// the end of each head, and what it then says of the body is counted. Behind a chunked body whose end is not the end of what arrived, this
/// is lost until a message ends where its bytes do, and lines pass as they are.
final class RequestLineReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum Place {
        /// Before a request's first byte, or in its first line.
        case line
        /// In the fields.
        case fields
        /// So many bytes of a body are to come.
        case body(Int)
        case unknown
    }

    private enum Told {
        case nothing
        case head(HTTPRequestHead)
        case end
    }

    /// The request line that came last, as it came and cut at `kept`.
    private(set) var line: [UInt8] = []
    /// The fields behind it, as far as they came and while the parser has not taken them.
    private(set) var fields: [ByteBuffer] = []
    /// Bytes that arrived after what was refused.
    private(set) var dropped = 0

    /// Bytes of a line that are held back at most.
    private let longest: Int
    private static let kept = 8 << 10
    private var place = Place.line
    private var pending = ByteBuffer()
    private var isFeeding = false
    private var isStopped = false
    /// What the parser has said last.
    private var told = Told.nothing
    /// Bytes of the line of a head that is being looked through, without its end.
    private var fieldBytes = 0
    private var headEnds = false
    /// The last bytes that the parser got while it is not known where a message ends.
    private var tail: [UInt8] = []

    /// Bytes around those of a body, less what the smallest chunks need.
    private var framing = 0
    /// `1`, two line ends, and what some senders put in front of a size.
    private static let framingOfAByte = 8

    /// - Parameter longest: bytes of a head at most; a longer line is the parser's to refuse.
    init(longest: Int) {
        self.longest = longest
    }

    /// Takes note of what the parser makes of its input.
    func parsed(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            told = .head(head)
            fields = []
            framing = 0
        case .body(let bytes): framing -= (1 + Self.framingOfAByte) * bytes.readableBytes
        case .end:
            told = .end
            framing = 0
        }
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
            note(piece)
            context.fireChannelRead(wrapInboundOut(piece))
            moveOn(behind: piece.readableBytes)
            // The parser reads a chunk's extensions for ever (RFC 9112 §7.1.1).
            if case .unknown = place, framing > longest { context.fireErrorCaught(HTTPParserError.invalidChunkSize) }
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

    /// What will never be a whole line is the parser's to judge.
    private func passRest(_ context: ChannelHandlerContext) {
        guard pending.readableBytes > 0, !isStopped else { return }
        let rest = pending
        pending = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(rest))
    }

    private func note(_ piece: ByteBuffer) {
        switch place {
        case .line, .body: break
        case .fields: fields.append(piece)
        case .unknown:
            tail = Array((tail + piece.readableBytesView.suffix(4)).suffix(4))
            framing += piece.readableBytes
        }
    }

    private func nextPiece() -> ByteBuffer? {
        switch place {
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
        place = .fields
        told = .nothing
        fields = []
        fieldBytes = 0
        headEnds = false
    }

    /// Up to the empty line that ends a head.
    private func nextFields() -> ByteBuffer? {
        let end = pending.withUnsafeReadableBytes { endOfHead(in: $0) }
        if end != nil { headEnds = true }
        return pending.readSlice(length: end ?? pending.readableBytes)
    }

    /// How many bytes come up to the end of the empty line; nil when it does not come.
    private func endOfHead(in bytes: UnsafeRawBufferPointer) -> Int? {
        var inField = fieldBytes
        defer { fieldBytes = inField }
        for (offset, byte) in bytes.enumerated() {
            switch byte {
            case Self.lineFeed:
                if inField == 0 { return offset + 1 }
                inField = 0
            case Self.carriageReturn: break
            default: inField += 1
            }
        }
        return nil
    }

    private func moveOn(behind count: Int) {
        switch place {
        case .line: break
        case .fields:
            guard headEnds else { return }
            headEnds = false
            fieldBytes = 0
            switch told {
            case .nothing: break
            case .end: place = .line
            case .head(let head): place = Self.body(of: head)
            }
        case .body(let left):
            guard left == count else { return place = .body(left - count) }
            settle(isWhole: true)
        case .unknown:
            // The parser is between two messages when it has told the end of one and has been given no byte behind it: a head under way would
            // have been told by the empty line.
            settle(isWhole: tail == Self.emptyLine)
        }
    }

    private func settle(isWhole: Bool) {
        if isWhole, case .end = told { place = .line } else { place = .unknown }
    }

    /// A body of unknown length is at least as long as the empty line that ends it, so nothing before it matters.
    private static func body(of head: HTTPRequestHead) -> Place {
        guard !head.headers.contains(name: "transfer-encoding"), let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > 0
        else { return .unknown }
        return .body(length)
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
    private static let emptyLine = Array("\r\n\r\n".utf8)
}
