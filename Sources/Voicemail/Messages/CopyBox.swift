import NIOConcurrencyHelpers
import NIOCore

/// The bytes of an upload as long as they are few.
final class CopyBox: Sendable {
    private let bytes = NIOLockedValueBox<ByteBuffer?>(ByteBuffer())

    func append(_ more: ByteBuffer, upTo limit: Int) {
        bytes.withLockedValue { held in
            guard var buffer = held.take() else { return }
            guard buffer.readableBytes + more.readableBytes <= limit else { return }
            buffer.writeImmutableBuffer(more)
            held = buffer
        }
    }

    /// All bytes; nil when there were too many.
    var complete: ByteBuffer? { bytes.withLockedValue { $0 } }
}
