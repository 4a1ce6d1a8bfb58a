import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The server that works in a data directory.
public struct ServerProcess: Sendable, Hashable {
    /// What the system knows it by.
    public let id: String
    /// When it took the directory.
    public let since: Timestamp
}

extension DataDirectory {
    /// The server at work here; nil where none is. Blocks.
    func server() throws(DataDirectoryError) -> ServerProcess? {
        guard try hasServer() else { return nil }
        var status = stat()
        guard stat(serverLock, &status) == 0, let bytes = try DurableFile.read(serverLock) else { return nil }
        #if canImport(Darwin)
        let signed = status.st_mtimespec.tv_sec
        #else
        let signed = status.st_mtim.tv_sec
        #endif
        // A server signs the lock once, when it has taken it.
        return ServerProcess(id: String(decoding: bytes, as: UTF8.self), since: Timestamp(unix: signed))
    }
}

/// The room of a file system.
struct DiskSpace {
    let free: Int
    let size: Int

    /// Blocks.
    init(of path: String) throws(DataDirectoryError) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw .last("cannot look at the file system of \(path)") }
        free = Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
        size = Int(clamping: UInt64(status.f_blocks).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }

    /// Bytes of a file; nil where there is none. Blocks.
    static func size(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}
