import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Descriptors that are held only to be given up when the process has no other. What is under the server needs one now and then without
/// knowing how to go on otherwise: libdispatch looks once a second, while work waits for a thread, into `/proc/THREAD/stat`, and ends the
/// process where that cannot be opened.
public final class SpareDescriptors: Sendable {
    private let count: Int
    private let held = Mutex<[CInt]>([])

    /// Enough for what a server opens in its first seconds, whatever its connections do, and no more than an eighth of all.
    public static var usual: Int { min(64, limit / 8) }

    /// Takes so many; best before anything else does. Where there are not so many, none are held.
    public init(_ count: Int) {
        self.count = count
        _ = retake()
    }

    deinit {
        release()
    }

    /// Gives them up: whoever needs a descriptor next finds one.
    public func release() {
        held.withLock { held in
            for descriptor in held { close(descriptor) }
            held.removeAll()
        }
    }

    /// Takes them again, if one more than these is free.
    /// - Returns: whether they are held.
    public func retake() -> Bool {
        held.withLock { held in
            guard held.isEmpty else { return true }
            guard Self.hasFree(count + 1) else { return false }
            for _ in 0..<count {
                let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
                guard descriptor >= 0 else { break }
                held.append(descriptor)
            }
            guard held.count < count else { return true }
            for descriptor in held { close(descriptor) }
            held.removeAll()
            return false
        }
    }

    private static var limit: Int { max(0, sysconf(CInt(_SC_OPEN_MAX))) }

    /// Counts without opening: the look itself must not take the last one.
    private static func hasFree(_ wanted: Int) -> Bool {
        let limit = CInt(clamping: limit)
        var free = 0, descriptor: CInt = 0
        while descriptor < limit, free < wanted {
            if fcntl(descriptor, F_GETFD) < 0, errno == EBADF { free += 1 }
            descriptor += 1
        }
        return free == wanted
    }
}
