import NIOCore
import Voicemail

/// Reads a multipart body (RFC 2046 §5.1, RFC 7578) as it arrives.
///
/// Push bytes with `append`, take events with `next` until it has none, and call `finish` at the end of the body. Data
/// comes out in slices of what went in; held back are at most a boundary line or a part's header block.
///
/// Lenient where clients differ: a preamble, blank lines before the first boundary, white space behind a boundary, nothing
/// behind the last `--`, and bare line feeds if the first boundary line ends with one. Exact in data: only a line that is a
/// boundary and nothing else ends a part, with line ends of the kind that the first one had.
public struct MultipartParser: Sendable {
    enum Stage {
        case preamble
        case headers
        case data
        case epilogue
    }

    private let limits: MultipartLimits
    private var scanner: BoundaryScanner
    private var stage = Stage.preamble
    private var buffer = ByteBuffer()
    private var headers = PartHeaders()
    private var headerBytes = 0
    private var parts = 0
    private var isEnded = false

    /// - Parameter boundary: as `MediaType.boundary` gives it.
    public init(boundary: String, limits: MultipartLimits = MultipartLimits()) {
        self.limits = limits
        scanner = BoundaryScanner(boundary)
    }

    /// Reads a whole body, and hands its events to `take` as they come.
    /// - Parameter limit: bytes of the body, with what surrounds its parts.
    /// - Throws: `MultipartError`; `BodyError`, `.tooLarge` also beyond `limit`; what `take` throws.
    public static func read(
        _ body: RequestBody, boundary: String, upTo limit: Int = .max, _ take: (MultipartEvent) async throws -> Void
    ) async throws {
        var parser = MultipartParser(boundary: boundary), received = 0
        for try await chunk in body {
            received += chunk.readableBytes
            guard received <= limit else { throw BodyError.tooLarge(limit: limit) }
            parser.append(chunk)
            while let event = try parser.next() { try await take(event) }
        }
        parser.finish()
        while let event = try parser.next() { try await take(event) }
    }

    /// 1…70 visible characters or inner spaces (RFC 2046 §5.1.1 allows fewer, clients send more).
    static func isBoundary(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...70).contains(bytes.count) && bytes.allSatisfy { (0x20...0x7E).contains($0) } && bytes.last != 0x20
    }

    /// Adds the next bytes of the body. Take all events before adding more, or they pile up here.
    public mutating func append(_ bytes: ByteBuffer) {
        guard stage != .epilogue else { return }
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Says that the body is over. `next` may have events after this.
    public mutating func finish() {
        isEnded = true
    }

    /// The next event; nil when more bytes are needed or, after `finish`, when all is said.
    public mutating func next() throws(MultipartError) -> MultipartEvent? {
        switch stage {
        case .preamble: try skipPreamble()
        case .headers: try readHeaders()
        case .data: try readData()
        case .epilogue: nil
        }
    }

    private mutating func skipPreamble() throws(MultipartError) -> MultipartEvent? {
        switch scanner.scan(buffer, isEnded: isEnded) {
        case .boundary(let boundary):
            return try pass(boundary)
        case .clear(let bytes):
            buffer.moveReaderIndex(forwardBy: bytes)
            scanner.passed(bytes)
            if isEnded { throw .truncated }
            return nil
        }
    }

    private mutating func readData() throws(MultipartError) -> MultipartEvent? {
        switch scanner.scan(buffer, isEnded: isEnded) {
        case .boundary(let boundary) where boundary.start > 0:
            scanner.passed(boundary.start)
            return buffer.readSlice(length: boundary.start).map { .partData($0) }
        case .boundary(let boundary):
            return try pass(boundary)
        case .clear(0):
            if isEnded { throw .truncated }
            return nil
        case .clear(let bytes):
            scanner.passed(bytes)
            return buffer.readSlice(length: bytes).map { .partData($0) }
        }
    }

    /// Steps over a boundary line; the part it ends, if any, is told first.
    private mutating func pass(_ boundary: BoundaryScanner.Boundary) throws(MultipartError) -> MultipartEvent? {
        if stage == .data {
            // Told with the boundary still in front: the next call comes back here as if from the preamble.
            stage = .preamble
            return .partEnd
        }
        buffer.moveReaderIndex(forwardBy: boundary.end)
        if boundary.isLast {
            stage = .epilogue
            buffer = ByteBuffer()
            return .finished
        }
        guard parts < limits.parts else { throw .tooManyParts(limit: limits.parts) }
        parts += 1
        stage = .headers
        headers = PartHeaders()
        headerBytes = 0
        return try readHeaders()
    }

    // MARK: Headers

    private mutating func readHeaders() throws(MultipartError) -> MultipartEvent? {
        while let line = try readLine() {
            if line.isEmpty {
                stage = .data
                // The blank line's end may also begin a boundary: an empty part.
                scanner.restartLine()
                return .partBegin(headers)
            }
            try take(line)
        }
        if isEnded { throw .truncated }
        return nil
    }

    /// One line without its end; nil when it is not complete.
    private mutating func readLine() throws(MultipartError) -> String? {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard headerBytes + buffer.readableBytes <= limits.headerBytes else { throw .headersTooLong(limit: limits.headerBytes) }
            return nil
        }
        let length = end - buffer.readerIndex
        headerBytes += length + 1
        guard headerBytes <= limits.headerBytes else { throw .headersTooLong(limit: limits.headerBytes) }
        var line = buffer.readBytes(length: length) ?? []
        buffer.moveReaderIndex(forwardBy: 1)
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return String(foreign: line)
    }

    private mutating func take(_ line: String) throws(MultipartError) {
        if let first = line.utf8.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
            // A folded line (RFC 5322 §2.2.3) goes on with the field before it.
            guard let last = headers.items.popLast() else { throw .malformedHeader }
            headers.items.append(PartHeaders.Item(name: last.name, value: last.value + " " + HTTPToken.trim(line)))
            return
        }
        guard let colon = line.firstIndex(of: ":") else { throw .malformedHeader }
        let name = HTTPToken.trim(line[..<colon])
        guard HTTPToken.isToken(name) else { throw .malformedHeader }
        guard headers.items.count < limits.headerCount else { throw .tooManyHeaders(limit: limits.headerCount) }
        headers.items.append(
            PartHeaders.Item(name: name.lowercased(), value: HTTPToken.trim(line[line.index(after: colon)...])))
    }
}
