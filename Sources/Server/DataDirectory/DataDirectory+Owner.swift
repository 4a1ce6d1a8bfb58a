#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files are for their owner only, so one user has to write all of them: a command run as root would leave what the server cannot open.
extension DataDirectory {
    /// Refuses to work on what belongs to somebody else: the format file says whose the data are, and the directory where there is none yet.
    /// Where this process is not root and may use the files nevertheless, the file system decides who owns what.
    func requireOwner() throws(DataDirectoryError) {
        guard let owner = owner(), owner != geteuid() else { return }
        if geteuid() != 0, faccessat(AT_FDCWD, format, R_OK | W_OK, AT_EACCESS) == 0 { return }
        let name = Self.userName(owner)
        throw .foreignOwner(path: path, owner: name ?? "the user with id \(owner)", name: name)
    }

    /// nil where nothing says it.
    private func owner() -> uid_t? {
        var facts = stat()
        if stat(format, &facts) == 0 { return facts.st_uid }
        // Of an empty directory only root cares: others may or may not write there, and what they write is theirs.
        guard errno == EACCES || geteuid() == 0, stat(path, &facts) == 0 else { return nil }
        return facts.st_uid
    }

    private static func userName(_ id: uid_t) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var space = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(id, &entry, &space, space.count, &found) == 0, found != nil, let name = entry.pw_name else { return nil }
        return String(cString: name)
    }
}
