import CFileIO
import Glibc

/// The system calls the archive makes, so that a test can let any of them fail on a real file system.
struct FileSystem: Sendable {
    /// Creates one directory, for the owner only. One that is there already is no error.
    /// Returns whether it is new.
    var makeDirectory: @Sendable (_ path: String) throws(SystemError) -> Bool
    /// Has the directories that will be made in this one laid apart from one another, where the file system places things near each other.
    var spreadSubdirectories: @Sendable (_ path: String) -> Void
    /// Opens a file; one that is created is for the owner only.
    var open: @Sendable (_ path: String, _ flags: Int32) throws(SystemError) -> Int32
    /// Takes the exclusive lock of a file just created.
    var lock: @Sendable (_ descriptor: Int32) throws(SystemError) -> Void
    var rename: @Sendable (_ from: String, _ to: String) throws(SystemError) -> Void
    /// Removes a file; one that is not there is no error. Returns whether it was.
    var remove: @Sendable (_ path: String) throws(SystemError) -> Bool
    /// Writes some of the bytes; returns how many.
    var write: @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int) throws(SystemError) -> Int
    /// Switches between writes through the page cache and past it. False where the file system cannot.
    var setDirect: @Sendable (_ descriptor: Int32, _ direct: Bool) -> Bool
    /// Starts writing out without waiting; a failure shows when `sync` does the same and waits.
    var startWriteback: @Sendable (_ descriptor: Int32) -> Void
    /// Makes the bytes and the size of a file survive power loss.
    var sync: @Sendable (_ descriptor: Int32) throws(SystemError) -> Void
    /// Makes the entries of a directory survive power loss.
    var syncDirectory: @Sendable (_ path: String) throws(SystemError) -> Void
    /// Reads what is in memory already, without waiting; returns how many bytes, 0 for none.
    var readCached: @Sendable (_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ offset: Int) -> Int
    /// Reads some bytes; returns how many, 0 at the end.
    var read: @Sendable (_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ offset: Int) throws(SystemError) -> Int
    /// Bytes that may still be written.
    var freeBytes: @Sendable (_ path: String) throws(SystemError) -> Int
    /// Seconds of a clock that never goes back.
    var now: @Sendable () -> Double
}

extension FileSystem {
    /// The real thing.
    static let system = FileSystem(
        makeDirectory: { path throws(SystemError) in
            if mkdir(path, 0o700) == 0 { return true }
            guard errno == EEXIST else { throw .last("create directory \(path)") }
            return false
        },
        spreadSubdirectories: { _ = cfileio_spread_subdirectories($0) },
        open: { path, flags throws(SystemError) in
            let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw .last("open \(path)") }
            return descriptor
        },
        lock: { descriptor throws(SystemError) in
            guard flock(descriptor, LOCK_EX) == 0 else { throw .last("lock") }
        },
        rename: { from, to throws(SystemError) in
            guard Glibc.rename(from, to) == 0 else { throw .last("rename \(from)") }
        },
        remove: { path throws(SystemError) in
            if unlink(path) == 0 { return true }
            guard errno == ENOENT else { throw .last("remove \(path)") }
            return false
        },
        write: { descriptor, bytes, offset throws(SystemError) in
            try retrying("write") { pwrite(descriptor, bytes.baseAddress, bytes.count, offset) }
        },
        setDirect: { descriptor, direct in
            let flag = cfileio_direct_flag()
            return flag != 0 && fcntl(descriptor, F_SETFL, direct ? flag : 0) == 0
        },
        startWriteback: { _ = cfileio_start_writeback($0) },
        sync: { descriptor throws(SystemError) in
            guard fdatasync(descriptor) == 0 else { throw .last("sync") }
        },
        syncDirectory: { path throws(SystemError) in
            let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .last("open directory \(path)") }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw .last("sync directory \(path)") }
        },
        readCached: { descriptor, buffer, offset in
            max(0, cfileio_pread_cached(descriptor, buffer.baseAddress, buffer.count, off_t(offset)))
        },
        read: { descriptor, buffer, offset throws(SystemError) in
            try retrying("read") { pread(descriptor, buffer.baseAddress, buffer.count, offset) }
        },
        freeBytes: { path throws(SystemError) in
            var facts = statvfs()
            guard statvfs(path, &facts) == 0 else { throw .last("ask for free space") }
            // A file system that counts its inodes can run out of them; one that does not says 0 in all.
            if facts.f_files > 0, facts.f_favail == 0 { return 0 }
            return Int(clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue)
        },
        now: {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        })

    /// Repeats a call that a signal interrupted.
    private static func retrying(_ operation: String, _ call: () -> Int) throws(SystemError) -> Int {
        while true {
            let result = call()
            if result >= 0 { return result }
            guard errno == EINTR else { throw .last(operation) }
        }
    }
}
