import NIOCore
import Synchronization
import Voicemail

/// Keeps audio in memory, and takes every byte for a millisecond of sound, but for a file of nothing but `x`, which nobody can play.
final class MemoryAudio: AudioArchive, AudioCodec {
    private let blobs = Mutex<[BlobID: ByteBuffer]>([:])
    private let time: Timestamp?

    /// - Parameter time: when all of it was written; nil for an archive that knows of none.
    init(written time: Timestamp? = nil) { self.time = time }

    /// What it holds.
    var count: Int { blobs.withLock { $0.count } }

    private final class Writer: BlobWriter {
        private let id: BlobID
        private let limit: Int
        private let archive: MemoryAudio
        private let bytes = Mutex(ByteBuffer())

        init(_ id: BlobID, limit: Int, _ archive: MemoryAudio) {
            self.id = id
            self.limit = limit
            self.archive = archive
        }

        func write(_ more: ByteBuffer) async throws {
            let count = bytes.withLock { bytes in
                bytes.writeImmutableBuffer(more)
                return bytes.readableBytes
            }
            guard count <= limit else { throw ArchiveError.tooLarge(limit: limit) }
        }

        func finish() async throws -> StoredBlob {
            let bytes = bytes.withLock { $0 }
            archive.blobs.withLock { $0[id] = bytes }
            return StoredBlob(id: id, size: bytes.readableBytes, sha256: HexID.random() + HexID.random())
        }

        func abandon() async {}
    }

    private struct Reader: BlobReader {
        let bytes: ByteBuffer
        var size: Int { bytes.readableBytes }
        func localCopy() async throws -> LocalCopy { throw ArchiveError.failed("no files here") }
        func read(at offset: Int, count: Int) async throws -> ByteBuffer {
            bytes.getSlice(at: bytes.readerIndex + offset, length: min(count, max(0, size - offset))) ?? ByteBuffer()
        }
    }

    func begin(limit: Int) async throws -> any BlobWriter { try await begin(limit: limit, as: BlobID()) }
    func begin(limit: Int, as id: BlobID) async throws -> any BlobWriter { Writer(id, limit: limit, self) }
    func open(_ id: BlobID) async throws -> any BlobReader {
        guard let bytes = blobs.withLock({ $0[id] }) else { throw ArchiveError.missing(id) }
        return Reader(bytes: bytes)
    }
    func written(_ id: BlobID) async throws -> Timestamp? { blobs.withLock { $0[id] == nil ? nil : time } }
    func remove(_ id: BlobID) async throws { blobs.withLock { _ = $0.removeValue(forKey: id) } }
    func list(_ visit: @Sendable (BlobID, Int) async throws -> Void) async throws {
        for (id, bytes) in blobs.withLock({ $0 }) { try await visit(id, bytes.readableBytes) }
    }
    func unavailability() async -> String? { nil }

    func measure(_ source: AudioSource, for account: String, _ patience: MeasuringPatience) async throws -> MeasuringOutcome {
        guard case .gathered(let bytes) = source, !bytes.pieces.allSatisfy({ $0.readableBytesView.allSatisfy { $0 == UInt8(ascii: "x") } }) else {
            throw AudioError.undecodable
        }
        return .known(AudioFacts(durationMilliseconds: bytes.count, sampleRate: 8000, channels: 1, container: AudioContainer.wav.rawValue))
    }
    func render(_ source: AudioSource, key: BlobID, as rendition: Rendition, for account: String) async throws -> RenderedAudio {
        throw AudioError.undecodable
    }
    func rendered(_ key: BlobID, as rendition: Rendition) async throws -> RenderedAudio? { nil }
    func forget(_ key: BlobID) async throws {}
    func peaks(_ source: AudioSource, count: Int, apart: Bool) async throws -> [[Peak]] { throw AudioError.undecodable }
}
