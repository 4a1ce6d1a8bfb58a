import NIOConcurrencyHelpers
import NIOCore

/// The bytes of an upload as long as they are few, beside those who write them down.
final class UploadCopy: Sendable {
    private let bytes = NIOLockedValueBox<GatheredBytes?>(GatheredBytes())

    func append(_ more: ByteBuffer, upTo limit: Int) {
        bytes.withLockedValue { bytes in
            guard let held = bytes?.count else { return }
            guard held + more.readableBytes <= limit else { return bytes = nil }
            bytes?.append(more)
        }
    }

    /// All bytes; nil when there were too many.
    var complete: GatheredBytes? { bytes.withLockedValue { $0 } }
}
