import Glibc
import NIOCore
import NIOPosix
import Voicemail

/// A file without a name: its bytes go with the last who holds it, whatever happens to the process.
final class ScratchFile: Sendable {
    private let descriptor: Int32
    private let pool: NIOThreadPool

    /// A new one in a directory, which is made if it is missing. Blocks.
    /// - Throws: `ArchiveError.full`, `.failed`.
    private init(in directory: String, pool: NIOThreadPool) throws(ArchiveError) {
        self.pool = pool
        let path = directory + "/" + HexID.random()
        var opened = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if opened < 0, errno == ENOENT, mkdir(directory, 0o700) == 0 || errno == EEXIST {
            opened = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        }
        guard opened >= 0 else { throw Self.failure("open \(path)") }
        descriptor = opened
        _ = unlink(path)
    }

    deinit { close(descriptor) }

    static func make(in directory: String, pool: NIOThreadPool) async throws -> ScratchFile {
        try await pool.runIfActive { try ScratchFile(in: directory, pool: pool) }
    }

    /// Good for as long as this is held.
    var path: String { "/proc/self/fd/\(descriptor)" }

    /// - Throws: `ArchiveError.full`, `.failed`.
    func write(_ chunks: [ByteBuffer], at offset: Int) async throws {
        try await pool.runIfActive { [descriptor] in
            var offset = offset
            for chunk in chunks {
                try chunk.withUnsafeReadableBytes { bytes in
                    var done = 0
                    while done < bytes.count {
                        let count = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
                        if count < 0, errno == EINTR { continue }
                        guard count > 0 else { throw Self.failure("write") }
                        done += count
                    }
                }
                offset += chunk.readableBytes
            }
        }
    }

    /// - Throws: `ArchiveError.failed`, also for what is not there.
    func read(at offset: Int, count: Int) async throws -> ByteBuffer {
        try await pool.runIfActive { [descriptor] in
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            while buffer.readableBytes < count {
                let position = offset + buffer.readableBytes, wanted = count - buffer.readableBytes
                var found = 0
                buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { memory in
                    found = pread(descriptor, memory.baseAddress, wanted, off_t(position))
                    return max(0, found)
                }
                if found < 0, errno == EINTR { continue }
                guard found > 0 else { throw Self.failure("read") }
            }
            return buffer
        }
    }

    private static func failure(_ operation: String) -> ArchiveError {
        errno == ENOSPC || errno == EDQUOT ? .full : .failed("\(operation): \(String(cString: strerror(errno)))")
    }
}
