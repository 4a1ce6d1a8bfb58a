import NIOCore
import Synchronization
import Voicemail

/// An open blob. Its beginning came with the answer that opened it; more is asked for in windows, each of which is read whole: so a listener who
/// is slow holds a window and no connection, and one that was cut off is asked for again.
final class S3Reader: BlobReader {
    /// Bytes that opening a blob reads: most messages.
    static let head = 524_288
    /// Bytes that one request reads beyond that, or what is asked for if it is more.
    static let window = 1_048_576

    private struct Window {
        let offset: Int
        let bytes: ByteBuffer

        func part(at offset: Int, count: Int) -> ByteBuffer? {
            guard offset >= self.offset, offset + count <= self.offset + bytes.readableBytes else { return nil }
            return bytes.getSlice(at: bytes.readerIndex + offset - self.offset, length: count)
        }
    }

    let size: Int
    let id: BlobID
    private let archive: S3Archive
    private let beginning: Window
    private let last: Mutex<Window?>
    private var isWhole: Bool { beginning.bytes.readableBytes == size }

    /// - Parameter beginning: all of it, or the first `head` bytes; a blob that is not whole is open in `archive.openBlobs`.
    init(_ id: BlobID, size: Int, beginning: ByteBuffer, archive: S3Archive) {
        self.id = id
        self.size = size
        self.archive = archive
        self.beginning = Window(offset: 0, bytes: beginning)
        last = Mutex(nil)
    }

    deinit {
        if !isWhole, archive.openBlobs.close(id) { archive.cleaner.add(.remove(key: archive.key(id))) }
    }

    func read(at offset: Int, count: Int) async throws -> ByteBuffer {
        guard offset >= 0, offset < size, count > 0 else { return ByteBuffer() }
        let wanted = min(count, size - offset)
        if let part = beginning.part(at: offset, count: wanted) ?? last.withLock({ $0?.part(at: offset, count: wanted) }) { return part }
        let count = min(max(wanted, Self.window), size - offset)
        let window = Window(offset: offset, bytes: try await archive.bytes(of: id, in: offset..<offset + count, size: size))
        if count <= Self.window { last.withLock { $0 = window } }
        guard let part = window.part(at: offset, count: wanted) else { throw ArchiveError.failed("an answer is too short") }
        return part
    }

    func localCopy() async throws -> LocalCopy {
        // Held until the copy is made, as the blob may be removed meanwhile.
        let file = try await archive.copies.copy(of: id, size: size) {
            let file = try await self.archive.scratch()
            var offset = 0
            while offset < self.size {
                let bytes = try await self.read(at: offset, count: offset == 0 ? min(Self.head, self.size) : Self.window)
                try await file.write([bytes], at: offset)
                offset += bytes.readableBytes
            }
            return file
        }
        return LocalCopy(path: file.path, heldBy: file)
    }
}
