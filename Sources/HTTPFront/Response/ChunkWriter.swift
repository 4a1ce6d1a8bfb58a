import NIOCore
import NIOHTTP1

/// Where a streamed answer is written to.
public struct ChunkWriter: Sendable {
    private let sink: @Sendable (ByteBuffer) async throws -> Void

    /// Writes to anything, for tests and for composing.
    public init(_ sink: @escaping @Sendable (ByteBuffer) async throws -> Void) {
        self.sink = sink
    }

    /// Writes bytes. Returns when the connection can take more, so memory stays bounded; prefer chunks of 64 KiB to 1 MiB.
    /// - Throws: when the connection is gone.
    public func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        try await sink(bytes)
    }
}
