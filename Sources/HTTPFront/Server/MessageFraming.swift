import NIOCore
import NIOHTTP1

/// Where in a connection's bytes its messages begin and end.
///
/// This is known from the parser alone: its input is cut at the end of each head, and what it then says of the body is counted. Behind a
/// chunked body whose end is not the end of what arrived, the place is lost until a message ends where its bytes do.
struct MessageFraming {
    enum Place {
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

    private(set) var place = Place.line
    /// What the parser has said last.
    private var told = Told.nothing
    /// Bytes of the line of a head that is being looked through, without its end.
    private var fieldBytes = 0
    private var headEnds = false
    /// The last bytes that the parser got while the place is unknown.
    private var tail: [UInt8] = []
    /// Bytes around those of a body, less what the smallest chunks need.
    private var overhead = 0

    /// `1`, two line ends, and what some senders put in front of a size.
    private static let overheadOfAByte = 8

    /// How many bytes of a chunked body have made nothing of it, beyond what its chunks need.
    var wasted: Int { if case .unknown = place { overhead } else { 0 } }

    /// Takes note of what the parser makes of its input.
    mutating func parsed(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            told = .head(head)
            overhead = 0
        case .body(let bytes): overhead -= (1 + Self.overheadOfAByte) * bytes.readableBytes
        case .end:
            told = .end
            overhead = 0
        }
    }

    /// A request's line is behind, its fields are next.
    mutating func beginsHead() {
        place = .fields
        told = .nothing
        fieldBytes = 0
        headEnds = false
    }

    /// Looks through fields for the empty line that ends them.
    /// - Returns: how many bytes come up to the end of that line; nil when it does not come.
    mutating func endOfHead(in bytes: UnsafeRawBufferPointer) -> Int? {
        var inField = fieldBytes
        defer { fieldBytes = inField }
        for (offset, byte) in bytes.enumerated() {
            switch byte {
            case Self.lineFeed:
                if inField == 0 {
                    headEnds = true
                    return offset + 1
                }
                inField = 0
            case Self.carriageReturn: break
            default: inField += 1
            }
        }
        return nil
    }

    /// The parser gets these bytes next.
    mutating func passes(_ piece: ByteBuffer) {
        guard case .unknown = place else { return }
        tail = Array((tail + piece.readableBytesView.suffix(4)).suffix(4))
        overhead += piece.readableBytes
    }

    /// The parser has got so many bytes, and has said what it makes of them.
    mutating func passed(_ count: Int) {
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

    private mutating func settle(isWhole: Bool) {
        if isWhole, case .end = told { place = .line } else { place = .unknown }
    }

    /// A body of unknown length is at least as long as the empty line that ends it, so nothing before it matters.
    private static func body(of head: HTTPRequestHead) -> Place {
        guard !head.headers.contains(name: "transfer-encoding"), let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > 0
        else { return .unknown }
        return .body(length)
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let emptyLine = Array("\r\n\r\n".utf8)
}
