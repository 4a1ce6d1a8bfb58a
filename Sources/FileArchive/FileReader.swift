import NIOCore
import Voicemail

/// A blob open for reading. The descriptor keeps the bytes readable after a removal.
final class FileReader: BlobReader {
    let size: Int
    private let file: BlobFile
    private let workers: Workers
    private let fileSystem: FileSystem

    /// - Parameter workers: the threads for reads that have to wait.
    init(file: BlobFile, size: Int, workers: Workers, fileSystem: FileSystem) {
        self.file = file
        self.size = size
        self.workers = workers
        self.fileSystem = fileSystem
    }

    /// The descriptor's own path where there is one: it outlives a removal of the blob.
    func localCopy() async throws -> LocalCopy {
        LocalCopy(path: FileArchive.namesDescriptors ? "/proc/self/fd/\(file.descriptor)" : file.path, heldBy: self)
    }

    /// What is in memory already is read at once: handing the read to another thread costs more than the
    /// read. Only what would wait for the device goes to a thread that may wait.
    func read(at offset: Int, count: Int) async throws -> ByteBuffer {
        guard offset >= 0, offset < size, count > 0 else { return ByteBuffer() }
        let wanted = min(count, size - offset)
        var buffer = ByteBufferAllocator().buffer(capacity: wanted)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { memory in
            fileSystem.readCached(file.descriptor, UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted]), offset)
        }
        if buffer.readableBytes == wanted { return buffer }
        let rest = try await workers.read { [file, fileSystem, have = buffer.readableBytes] () throws(ArchiveError) in
            try Self.read(file, at: offset + have, count: wanted - have, fileSystem)
        }
        if buffer.readableBytes == 0 { return rest }
        buffer.writeImmutableBuffer(rest)
        return buffer
    }

    private static func read(_ file: BlobFile, at offset: Int, count: Int, _ fileSystem: FileSystem) throws(ArchiveError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        var result: Result<Int, SystemError> = .success(0)
        repeat {
            let position = offset + buffer.readableBytes
            let wanted = count - buffer.readableBytes
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { memory in
                let part = UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted])
                result = Result { () throws(SystemError) in try fileSystem.read(file.descriptor, part, position) }
                return (try? result.get()) ?? 0
            }
            if case .failure(let error) = result { throw error.archiveError }
        } while buffer.readableBytes < count && result != .success(0)
        return buffer
    }
}
