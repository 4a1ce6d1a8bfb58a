#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A lock among processes, on a file of its own (`flock`). The system ends it with the process, however that ends.
final class FileLock: Sendable {
    enum Mode {
        /// Together with others who share.
        case shared
        case exclusive

        fileprivate var operation: Int32 {
            switch self {
            case .shared: LOCK_SH
            case .exclusive: LOCK_EX
            }
        }
    }

    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Waits for the lock. Blocks.
    static func acquire(_ path: String, _ mode: Mode) throws(DataDirectoryError) -> FileLock {
        let lock = try FileLock(opening: path)
        try lock.change(to: mode)
        return lock
    }

    /// The lock if nobody stands in the way, else nil.
    static func attempt(_ path: String, _ mode: Mode) throws(DataDirectoryError) -> FileLock? {
        let lock = try FileLock(opening: path)
        return try lock.take(mode.operation | LOCK_NB, path) ? lock : nil
    }

    /// Waits until it is held in another mode. It is not held for a moment in between. Blocks.
    func change(to mode: Mode) throws(DataDirectoryError) {
        _ = try take(mode.operation, "the lock file")
    }

    /// Lets others go on.
    func release() { flock(descriptor, LOCK_UN) }

    /// Notes whose lock it is, for the message that somebody else gets.
    func sign(_ text: String) {
        guard ftruncate(descriptor, 0) == 0 else { return }
        _ = pwrite(descriptor, text, text.utf8.count, 0)
    }

    private convenience init(opening path: String) throws(DataDirectoryError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .last("cannot open \(path)") }
        self.init(descriptor)
    }

    /// - Returns: false when it would have to wait and must not.
    private func take(_ operation: Int32, _ path: String) throws(DataDirectoryError) -> Bool {
        while flock(descriptor, operation) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw .last("cannot lock \(path)") }
        }
        return true
    }
}
