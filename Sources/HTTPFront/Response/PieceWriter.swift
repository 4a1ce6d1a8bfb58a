import NIOConcurrencyHelpers
import NIOCore

extension FrontResponse.Body {
    /// The body of an answer that may be too long to hold, written by the closure, which writes a whole answer every time it runs. A short
    /// one is held, so that it has a length and a failure on the way is still an answer; a long one is written anew, straight to the socket.
    public static func written(_ write: @escaping @Sendable (PieceWriter) async throws -> Void) async throws -> FrontResponse.Body {
        let held = HeldPieces()
        do {
            let writer = PieceWriter(to: ChunkWriter { try held.append($0) })
            try await write(writer)
            try await writer.flush()
            return .bytes(held.contents)
        } catch is HeldPieces.Full {
            return .stream(length: nil) { sink in
                let writer = PieceWriter(to: sink)
                try await write(writer)
                try await writer.flush()
            }
        }
    }
}

/// Puts small pieces together to chunks. Used by one task.
public final class PieceWriter: Sendable {
    private static let chunk = 64 << 10

    private let sink: ChunkWriter
    private let waiting = NIOLockedValueBox(ByteBuffer())

    public init(to sink: ChunkWriter) { self.sink = sink }

    public func write(_ piece: ByteBuffer) async throws {
        let isFull = waiting.withLockedValue { buffer in
            buffer.writeImmutableBuffer(piece)
            return buffer.readableBytes >= Self.chunk
        }
        if isFull { try await flush() }
    }

    /// Sends what is waiting.
    public func flush() async throws {
        let chunk = waiting.withLockedValue { buffer in
            defer { buffer = ByteBuffer() }
            return buffer
        }
        try await sink.write(chunk)
    }
}

/// An answer as long as it is short.
private final class HeldPieces: Sendable {
    struct Full: Error {}

    private static let limit = 128 << 10

    private let bytes = NIOLockedValueBox(ByteBuffer())

    func append(_ more: ByteBuffer) throws {
        try bytes.withLockedValue { buffer in
            guard buffer.readableBytes + more.readableBytes <= Self.limit else { throw Full() }
            buffer.writeImmutableBuffer(more)
        }
    }

    var contents: ByteBuffer { bytes.withLockedValue { $0 } }
}
