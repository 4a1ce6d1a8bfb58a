import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An open regular file, closed when nobody holds it any more. Its calls block: they belong on a thread pool.
final class OpenFile: Sendable {
    let descriptor: Int32

    /// - Throws: `AudioError.failed` when the file cannot be opened or is not a regular file, `.full`.
    convenience init(reading path: String) throws(AudioError) {
        // A path that turns out to be a pipe must not block the thread.
        try self.init(path, O_RDONLY | O_NONBLOCK)
    }

    /// A file that did not exist, for writing and reading back.
    convenience init(creating path: String) throws(AudioError) {
        try self.init(path, O_RDWR | O_CREAT | O_EXCL)
    }

    private init(_ path: String, _ flags: Int32) throws(AudioError) {
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("open audio file") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .failed("the audio is not a regular file")
        }
    }

    deinit { close(descriptor) }

    /// Bytes, now.
    func size() throws(AudioError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("stat audio file") }
        return Int(status.st_size)
    }

    /// Fills `destination` from `offset`.
    /// - Returns: the bytes read, fewer than asked only at the end of the file.
    func read(at offset: Int, into destination: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int {
        var done = 0
        while done < destination.count {
            let result = pread(descriptor, destination.baseAddress?.advanced(by: done), destination.count - done, off_t(offset + done))
            if result == 0 { break }
            if result < 0 {
                if errno == EINTR { continue }
                throw .system("read audio file")
            }
            done += result
        }
        return done
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(AudioError) {
        var done = 0
        while done < bytes.count {
            let result = pwrite(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
            if result < 0 {
                if errno == EINTR { continue }
                throw .system("write audio file")
            }
            done += result
        }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(AudioError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(AudioError) in try write(bytes, at: offset) }
        }
        try result.get()
    }

    /// Sets the time of last use to now, which is what eviction goes by after a restart.
    func touch() {
        // Only the order of eviction hangs on it, so that a failure changes nothing that matters.
        _ = futimens(descriptor, nil)
    }
}

extension AudioError {
    /// What the system call that just failed means. Reads `errno`, so nothing may come between.
    static func system(_ doing: String) -> AudioError {
        switch errno {
        case ENOSPC, EDQUOT, EFBIG: .full
        case let code: .failed("\(doing): \(String(cString: strerror(code)))")
        }
    }
}
