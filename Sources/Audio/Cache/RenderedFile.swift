import NIOCore
import NIOPosix
import Voicemail

/// A rendering held open: its bytes stay readable when the cache drops the file.
final class RenderedFile: BlobReader {
    let size: Int
    private let file: OpenFile
    private let threads: NIOThreadPool

    init(_ file: OpenFile, size: Int, threads: NIOThreadPool) {
        self.file = file
        self.size = size
        self.threads = threads
    }

    /// The open descriptor by its name in the file system, which outlives the name in the cache.
    func localCopy() async throws -> LocalCopy { LocalCopy(path: "/dev/fd/\(file.descriptor)", heldBy: self) }

    func read(at offset: Int, count: Int) async throws -> ByteBuffer {
        guard offset >= 0, offset < size, count > 0 else { return ByteBuffer() }
        let wanted = min(count, size - offset)
        return try await threads.perform { [file] in
            var buffer = ByteBufferAllocator().buffer(capacity: wanted)
            _ = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
                try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: space[..<wanted]))
            }
            return buffer
        }
    }
}

extension NIOThreadPool {
    /// Runs blocking `work` on a thread of the pool. Work that has begun is not interrupted when the task is cancelled.
    /// - Throws: what `work` throws; `AudioError.failed` when the pool is shut down.
    func perform<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            submit { state in
                switch state {
                case .active: continuation.resume(with: Swift.Result(catching: work))
                case .cancelled: continuation.resume(throwing: AudioError.shutDown)
                }
            }
        }
    }
}
