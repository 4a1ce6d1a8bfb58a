import Foundation
import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Small files that are either there whole or not at all, also after power loss. Its calls block.
enum DurableFile {
    /// Ends the name of a file that is not finished.
    static let partialSuffix = ".partial"

    /// Writes a file for the owner only, in place of any of that name: write, sync, rename, sync.
    static func write(_ bytes: [UInt8], to path: String) throws(DataDirectoryError) {
        let partial = path + partialSuffix
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .last("cannot create \(partial)") }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                let error = DataDirectoryError.last("cannot write \(partial)")
                close(descriptor)
                throw error
            }
            written += count
        }
        let isSynced = fsync(descriptor) == 0
        let error = DataDirectoryError.last("cannot sync \(partial)")
        close(descriptor)
        guard isSynced else { throw error }
        try rename(partial, to: path)
        try syncDirectory(FilePath(path).parent.string)
    }

    /// Gives a file its final name, in place of any that has it. The directory still has to be synced.
    static func rename(_ partial: String, to path: String) throws(DataDirectoryError) {
        guard systemRename(partial, path) == 0 else { throw .last("cannot rename \(partial)") }
    }

    /// The bytes of a small file; nil when there is none.
    static func read(_ path: String) throws(DataDirectoryError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .last("cannot open \(path)")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = systemRead(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw .last("cannot read \(path)") }
        return Array(bytes.prefix(count))
    }

    /// Makes a directory for the owner only, with those above it. One that is there already is no error.
    static func makeDirectory(_ path: String) throws(DataDirectoryError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw .failed("\(path) is no directory") }
            return
        }
        let parent = FilePath(path).parent.string
        // The root and where the process runs are there already.
        if parent != path { try makeDirectory(parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .last("cannot make \(path)") }
        try syncDirectory(parent)
    }

    /// Which directories `makeDirectory` would make, the innermost first.
    static func missingDirectories(_ path: String) -> [String] {
        var missing: [String] = []
        var place = FilePath(path)
        while access(place.string, F_OK) != 0, errno == ENOENT, place != place.parent {
            missing.append(place.string)
            place = place.parent
        }
        return missing
    }

    /// Removes a directory that holds nothing; any other stays.
    static func removeEmptyDirectory(_ path: String) {
        // Should power be lost now, it may be there again, and nothing is in it.
        rmdir(path)
    }

    /// Removes a file and makes that durable. One that is not there is no error.
    static func remove(_ path: String) throws(DataDirectoryError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .last("cannot remove \(path)") }
        try syncDirectory(FilePath(path).parent.string)
    }

    /// Removes a file, or a directory with all it holds. What is not there is no error.
    static func removeTree(_ path: String) throws(DataDirectoryError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw .last("cannot look at \(path)")
        }
        do { try FileManager.default.removeItem(atPath: path) } catch {
            throw .failed("cannot remove \(path): \(error.localizedDescription)")
        }
    }

    static func isDirectory(_ path: String) throws(DataDirectoryError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return false }
            throw .last("cannot look at \(path)")
        }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    static func syncDirectory(_ path: String) throws(DataDirectoryError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("cannot open \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("cannot sync \(path)") }
    }

    /// What a directory holds, in no particular order.
    static func names(in path: String) throws(DataDirectoryError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .failed("cannot list \(path): \(error.localizedDescription)")
        }
    }
}

/// The C functions, which the names above hide.
private let systemWrite = write(_:_:_:)
private let systemRead = read(_:_:_:)
private let systemRename = rename(_:_:)

extension DataDirectoryError {
    /// The error of the call that has just failed on this thread.
    static func last(_ what: String) -> DataDirectoryError { .failed("\(what): \(String(cString: strerror(errno)))") }
}
