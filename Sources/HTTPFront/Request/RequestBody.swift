import NIOCore

/// Why a request body could not be read to its end. What was read is not the whole body, so nothing may be stored of it.
public enum BodyError: Error, Hashable, Sendable {
    /// More bytes than `limit`. Known at once when the client declared a length.
    case tooLarge(limit: Int)
    /// Bodies of other requests fill the memory that there is for them.
    case busy
    /// The client went away, or was cut for being too slow, before the end.
    case incomplete
    /// The framing is broken (RFC 9112 §7).
    case malformed
    /// The body was already read, is being read elsewhere, or its exchange is over.
    case unavailable
}

/// The body of a request: a stream of buffers that can be read once, by one task at a time.
///
/// Memory is bounded: the next buffer is taken from the socket when the last one has been consumed. A client that
/// waits for `100 Continue` is told to go on when reading starts.
public struct RequestBody: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer
    public typealias Failure = BodyError

    enum Source: Sendable {
        case buffer(ByteBuffer)
        case wire(WireBody)
    }

    let source: Source

    init(_ source: Source) {
        self.source = source
    }

    /// A body that is already in memory.
    public init(_ buffer: ByteBuffer) {
        source = .buffer(buffer)
    }

    public static let empty = RequestBody(ByteBuffer())

    /// Bytes as the client declared them; nil for a chunked body.
    public var declaredLength: Int? {
        switch source {
        case .buffer(let buffer): buffer.readableBytes
        case .wire(let wire): wire.declaredLength
        }
    }

    /// The most bytes that can be read, whatever a reader asks for.
    public var limit: Int {
        switch source {
        case .buffer(let buffer): buffer.readableBytes
        case .wire(let wire): wire.limit
        }
    }

    /// What a stranger may send where nothing asks for more: a login, a form.
    public static let smallest = BodyMemory.free

    /// Reads everything, into memory.
    /// - Parameters:
    ///   - bytes: the most to accept; the front's own maximum holds as well.
    ///   - sender: whose share of the memory it is kept in.
    public func collect(upTo bytes: Int = .max, from sender: BodySender = .known) async throws(BodyError) -> ByteBuffer {
        if let declaredLength, declaredLength > bytes { throw .tooLarge(limit: bytes) }
        var iterator = makeAsyncIterator()
        guard var whole = try await iterator.next(isolation: nil) else { return ByteBuffer() }
        try keep(whole.readableBytes, sender)
        while whole.readableBytes <= bytes, var next = try await iterator.next(isolation: nil) {
            try keep(next.readableBytes, sender)
            whole.writeBuffer(&next)
        }
        guard whole.readableBytes <= bytes else { throw .tooLarge(limit: bytes) }
        return whole
    }

    private func keep(_ bytes: Int, _ sender: BodySender) throws(BodyError) {
        if case .wire(let wire) = source { try wire.keep(bytes, for: sender) }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(source: source)
    }

    public struct Iterator: AsyncIteratorProtocol {
        var source: Source?

        public mutating func next() async throws(BodyError) -> ByteBuffer? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(BodyError) -> ByteBuffer? {
            switch source {
            case .buffer(let buffer):
                source = nil
                return buffer.readableBytes > 0 ? buffer : nil
            case .wire(let wire):
                return try await wire.next()
            case nil:
                return nil
            }
        }
    }
}
