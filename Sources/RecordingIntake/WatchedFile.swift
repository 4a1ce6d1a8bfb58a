import Foundation
import NIOCore
import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What tells one state of a file from another.
struct FileState: Hashable, Sendable {
    let inode: UInt64
    let size: Int
    /// Of the last change, in nanoseconds since 1970.
    let modified: Int

    init?(_ status: stat) {
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        #if canImport(Darwin)
        modified = status.st_mtimespec.tv_sec * 1_000_000_000 + status.st_mtimespec.tv_nsec
        #else
        modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
        #endif
    }
}

/// Why a file was left where it is.
enum WatchedFileError: Error, Equatable {
    /// It is not what it was when it was looked at; it will be looked at again.
    case changed
    case failed(String)

    static func last(_ what: String) -> WatchedFileError { .failed("\(what): \(String(cString: strerror(errno)))") }
}

/// A file that is being taken. Its calls block.
final class WatchedFile: Sendable {
    private let descriptor: Int32
    private let state: FileState

    /// Opens a file if it still is in `state`.
    init(_ name: FilePath.Component, of directory: OpenDirectory, in state: FileState) throws(WatchedFileError) {
        descriptor = try directory.openFile(name)
        self.state = state
        guard Self.state(of: descriptor) == state else { throw .changed }
    }

    deinit { close(descriptor) }

    /// The next bytes; empty at the end.
    func read(upTo count: Int) throws(WatchedFileError) -> ByteBuffer {
        var bytes = [UInt8](repeating: 0, count: count)
        var result = systemRead(descriptor, &bytes, count)
        while result < 0, errno == EINTR { result = systemRead(descriptor, &bytes, count) }
        guard result >= 0 else { throw .last("cannot read") }
        return ByteBuffer(bytes: bytes.prefix(result))
    }

    /// Whether it was the same file from the first byte to the last.
    func isUnchanged() -> Bool { Self.state(of: descriptor) == state }

    private static func state(of descriptor: Int32) -> FileState? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? FileState(status) : nil
    }
}

private let systemRead = read(_:_:_:)
