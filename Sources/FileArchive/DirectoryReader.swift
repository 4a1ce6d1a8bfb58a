import CFileIO
import Glibc
import Synchronization
import Voicemail

/// Reads one of the 256 directories, some entries at a time, so that memory does not grow with it.
final class DirectoryReader: Sendable {
    typealias Entry = (id: BlobID, size: Int)

    private let stream: Mutex<OpaquePointer>
    private let path: String

    init(path: String) throws(SystemError) {
        guard let stream = opendir(path) else { throw .last("open directory \(path)") }
        self.path = path
        self.stream = Mutex(stream)
    }

    deinit {
        stream.withLock { _ = closedir($0) }
    }

    /// The next entries, at most `count`; none at the end. Files in use and what is no blob are left out.
    func next(_ count: Int) throws(SystemError) -> [Entry] {
        var entries: [Entry] = []
        while entries.count < count, let name = try nextName() {
            if let id = BlobID(name) {
                if let size = try idleSize(name) { entries.append((id, size)) }
            } else if name.hasSuffix(BlobLayout.unlockedSuffix) {
                removeLeftover(name)
            }
        }
        return entries
    }

    private func nextName() throws(SystemError) -> String? {
        let result: Result<String?, SystemError> = stream.withLock { stream in
            guard let name = cfileio_next_name(stream) else {
                return errno == 0 ? .success(nil) : .failure(.last("read directory \(path)"))
            }
            return .success(String(cString: name))
        }
        return try result.get()
    }

    /// The size of a regular file that nobody has locked. One that may not be opened is somebody else's and counts as it lies there: it must
    /// not hide the others.
    private func idleSize(_ name: String) throws(SystemError) -> Int? {
        do throws(SystemError) { return try sizeOfUnlocked(name) } catch {
            guard error.code == EACCES || error.code == EPERM else { throw error }
            var facts = stat()
            guard lstat(path + "/" + name, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
            return Int(facts.st_size)
        }
    }

    private func sizeOfUnlocked(_ name: String) throws(SystemError) -> Int? {
        try withFile(name) { descriptor in
            var facts = stat()
            guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
            return flock(descriptor, LOCK_SH | LOCK_NB) == 0 ? Int(facts.st_size) : nil
        }
    }

    /// A crash between creating a file and locking it leaves an empty one under a name that is no blob's.
    /// One that can be locked belongs to nobody: whoever created it and waits for the lock finds it gone.
    private func removeLeftover(_ name: String) {
        _ = try? withFile(name) { descriptor -> Int32? in
            flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? unlink(path + "/" + name) : nil
        }
    }

    private func withFile<Value>(_ name: String, _ body: (Int32) -> Value?) throws(SystemError) -> Value? {
        let descriptor = open(path + "/" + name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            // Gone meanwhile, a link, a socket.
            if errno == ENOENT || errno == ELOOP || errno == ENXIO { return nil }
            throw .last("open \(path)/\(name)")
        }
        defer { close(descriptor) }
        return body(descriptor)
    }
}
