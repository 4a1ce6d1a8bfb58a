import NIOCore

/// Bytes that wait to be written.
///
/// A buffer that is mostly full is kept as it is. One of which only a part is ours (a slice of what came
/// from a socket) is copied, or a slow client's single bytes would each hold on to a whole socket buffer.
struct PendingBytes {
    private var chunks: [ByteBuffer] = []
    private var lastIsCopy = false
    private(set) var count = 0

    mutating func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        count += bytes.readableBytes
        if bytes.readableBytes >= Self.worthKeeping, bytes.readableBytes >= bytes.storageCapacity / 2 {
            chunks.append(bytes)
            lastIsCopy = false
        } else if lastIsCopy {
            chunks[chunks.count - 1].writeImmutableBuffer(bytes)
        } else {
            chunks.append(ByteBuffer(bytes: bytes.readableBytesView))
            lastIsCopy = true
        }
    }

    mutating func take() -> [ByteBuffer] {
        defer { self = PendingBytes() }
        return chunks
    }

    /// Below this many bytes copying costs less than one more chunk.
    private static let worthKeeping = 4096
}
