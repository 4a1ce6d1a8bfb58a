import CFileIO

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A directory held open. Whoever may write to a watched directory may put a link in the place of any directory in it, at any moment;
/// what is reached from here, name by name and through no link, is in the tree whatever happens. Its calls block.
final class OpenDirectory: Sendable {
    private let descriptor: Int32

    /// Opens the directory at a path that the configuration names. It may be a link.
    init(path: String) throws(WatchedFileError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("cannot open \(path)") }
    }

    /// Opens a directory in another.
    /// - Parameter creating: whether it is made if it is not there.
    private init(_ name: String, in parent: OpenDirectory, creating: Bool) throws(WatchedFileError) {
        if creating, mkdirat(parent.descriptor, name, 0o777) != 0, errno != EEXIST { throw .last("cannot make the directory \(name)") }
        descriptor = openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("cannot open the directory \(name)") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// A directory below this one.
    func directory(_ names: some Sequence<Substring>, creating: Bool = false) throws(WatchedFileError) -> OpenDirectory {
        var current = self
        for name in names { current = try OpenDirectory(String(name), in: current, creating: creating) }
        return current
    }

    /// What is in it, at most `count` names, in no order.
    func names(atMost count: Int) throws(WatchedFileError) -> [String] {
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { throw .last("cannot open a directory") }
        guard let stream = fdopendir(own) else {
            close(own)
            throw .last("cannot read a directory")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < count, let name = cfileio_next_name(stream) { names.append(String(cString: name)) }
        return names
    }

    func holds(_ name: String) -> Bool {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    func holdsDirectory(_ name: String) -> Bool {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Nil unless it is a regular file.
    func state(of name: String) -> FileState? {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? FileState(status) : nil
    }

    /// Opens a file for reading.
    /// - Returns: its descriptor, which is the caller's to close.
    func openFile(_ name: String) throws(WatchedFileError) -> Int32 {
        // Not to wait for somebody at the other end, should it be a pipe by now.
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw errno == ENOENT ? .changed : .last("cannot open \(name)") }
        return file
    }

    func delete(_ name: String) throws(WatchedFileError) {
        guard unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else { throw .last("cannot delete \(name)") }
    }

    func move(_ name: String, to other: OpenDirectory, as newName: String) throws(WatchedFileError) {
        guard renameat(descriptor, name, other.descriptor, newName) == 0 else { throw .last("cannot move \(name) to \(newName)") }
    }
}
