import Crypto
import Foundation
import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Copying files with their checksums. Its calls block.
enum CopiedFile {
    /// Why a file cannot be read, as opposed to what fails where the copy goes.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
        var reason: String { description }

        init(_ description: String) { self.description = description }

        /// The error of the call that has just failed on this thread.
        static func last(_ what: String) -> Unreadable { Unreadable("\(what): \(String(cString: strerror(errno)))") }
    }

    private static let chunk = 1 << 20

    /// Gives a file a second name if both are on one file system, else copies it durably. One that is there already is left.
    /// - Returns: false when there is no such file.
    static func linkOrCopy(_ source: String, to destination: String) throws -> Bool {
        if link(source, destination) == 0 { return true }
        switch errno {
        case EEXIST: return true
        case ENOENT: return false
        case EXDEV, EPERM, EACCES, EMLINK, EOPNOTSUPP:
            // Under another name first: a file of that name is whole.
            let partial = destination + DurableFile.partialSuffix
            guard try copy(source, to: partial) != nil else { return false }
            try DurableFile.rename(partial, to: destination)
            return true
        default: throw DataDirectoryError.last("cannot link \(destination)")
        }
    }

    /// Copies a regular file that is no symbolic link, and makes the bytes of the copy durable; its name still has to be.
    /// - Returns: nil when there is no such file.
    static func copy(_ source: String, to destination: String) throws -> BackupManifest.Digest? {
        guard let from = try openRegular(source) else { return nil }
        defer { close(from) }
        let to = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard to >= 0 else { throw DataDirectoryError.last("cannot create \(destination)") }
        defer { close(to) }
        var isWhole = false
        defer { if !isWhole { unlink(destination) } }
        let digest = try read(from, source) { bytes in
            var written = 0
            while written < bytes.count {
                let count = write(to, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                guard count >= 0 || errno == EINTR else { throw DataDirectoryError.last("cannot write \(destination)") }
                written += max(0, count)
            }
        }
        guard fsync(to) == 0 else { throw DataDirectoryError.last("cannot sync \(destination)") }
        isWhole = true
        return digest
    }

    /// The checksum of a regular file that is no symbolic link.
    static func digest(of path: String) throws -> BackupManifest.Digest? {
        guard let descriptor = try openRegular(path) else { return nil }
        defer { close(descriptor) }
        return try read(descriptor, path) { _ in }
    }

    /// - Returns: false when there is no such file.
    /// - Throws: for anything but a regular file that is no symbolic link.
    static func isRegular(_ path: String) throws -> Bool {
        guard let descriptor = try openRegular(path) else { return false }
        close(descriptor)
        return true
    }

    private static func openRegular(_ path: String) throws -> Int32? {
        // Not to wait for the other end of a pipe that somebody put there.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Unreadable.last("cannot open \(path)")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Unreadable("\(path) is no regular file")
        }
        return descriptor
    }

    private static func read(
        _ descriptor: Int32, _ path: String, _ take: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> BackupManifest.Digest {
        var hash = SHA256()
        var size = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = systemRead(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Unreadable.last("cannot read \(path)")
            }
            if count == 0 { return BackupManifest.Digest(sha256: HexID.encode(hash.finalize()), size: size) }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            hash.update(bufferPointer: bytes)
            try take(bytes)
            size += count
        }
    }
}

/// The C function, which a name above hides.
private let systemRead = read(_:_:_:)
