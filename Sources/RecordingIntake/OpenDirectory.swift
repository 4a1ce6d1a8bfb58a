import CFileIO
import SystemPackage

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
    private init(_ name: FilePath.Component, in parent: OpenDirectory, creating: Bool) throws(WatchedFileError) {
        if creating, name.withPlatformString({ mkdirat(parent.descriptor, $0, 0o777) }) != 0, errno != EEXIST {
            throw .last("cannot make the directory \(name.label)")
        }
        descriptor = name.withPlatformString { openat(parent.descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        guard descriptor >= 0 else { throw errno == ENOENT ? .changed : .last("cannot open the directory \(name.label)") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// A directory below this one.
    func directory(_ names: some Sequence<FilePath.Component>, creating: Bool = false) throws(WatchedFileError) -> OpenDirectory {
        var current = self
        for name in names { current = try OpenDirectory(name, in: current, creating: creating) }
        return current
    }

    /// What is in it, at most `count` names, in no order.
    func names(atMost count: Int) throws(WatchedFileError) -> [FilePath.Component] {
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { throw .last("cannot open a directory") }
        guard let stream = fdopendir(own) else {
            close(own)
            throw .last("cannot read a directory")
        }
        defer { closedir(stream) }
        var names: [FilePath.Component] = []
        while names.count < count {
            guard let name = cfileio_next_name(stream) else {
                guard errno == 0 else { throw .last("cannot read a directory") }
                break
            }
            if let component = FilePath.Component(platformString: name), component.kind == .regular { names.append(component) }
        }
        return names
    }

    func holds(_ name: FilePath.Component) -> Bool { status(of: name) != nil }

    func holdsDirectory(_ name: FilePath.Component) -> Bool { status(of: name).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    /// Nil unless it is a regular file.
    func state(of name: FilePath.Component) -> FileState? { status(of: name).flatMap { FileState($0) } }

    private func status(of name: FilePath.Component) -> stat? {
        var status = stat()
        return name.withPlatformString { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0 ? status : nil
    }

    /// Opens a file for reading.
    /// - Returns: its descriptor, which is the caller's to close.
    func openFile(_ name: FilePath.Component) throws(WatchedFileError) -> Int32 {
        // Not to wait for somebody at the other end, should it be a pipe by now.
        let file = name.withPlatformString { openat(descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        guard file >= 0 else { throw errno == ENOENT ? .changed : .last("cannot open \(name.label)") }
        return file
    }

    func delete(_ name: FilePath.Component) throws(WatchedFileError) {
        guard name.withPlatformString({ unlinkat(descriptor, $0, 0) }) == 0 || errno == ENOENT else { throw .last("cannot delete \(name.label)") }
    }

    func move(_ name: FilePath.Component, to other: OpenDirectory, as newName: FilePath.Component) throws(WatchedFileError) {
        let result = name.withPlatformString { from in newName.withPlatformString { renameat(descriptor, from, other.descriptor, $0) } }
        guard result == 0 else { throw .last("cannot move \(name.label) to \(newName.label)") }
    }
}
