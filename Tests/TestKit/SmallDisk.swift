import Foundation
import Glibc
import NIOPosix

/// A disk of a few megabytes, to be filled to the last byte: a tmpfs in a mount namespace that goes with the process that holds
/// it, whatever becomes of the test.
public struct SmallDisk: Sendable {
    /// Where programs under `launcher` see it.
    public let path: String
    /// Where this process sees it.
    public let outside: String
    /// Runs a program where the disk is.
    public let launcher: [String]

    /// Whether this machine lets us mount one.
    public static let isAvailable = namespace != nil

    /// Mounts a disk, runs `body` and lets the disk go.
    /// - Parameter bytes: its size.
    public static func run<Value>(bytes: Int, _ body: (SmallDisk) async throws -> Value) async throws -> Value {
        try await TemporaryDirectory.run { directory in
            let point = directory.path + "/disk"
            try FileManager.default.createDirectory(atPath: point, withIntermediateDirectories: true)
            let script = "mount -t tmpfs -o size=\(bytes) tmpfs \(point) && echo mounted && exec cat"
            let (input, output) = (Pipe.closing(), Pipe.closing())
            let holder = try ChildProcess(
                ["unshare"] + (namespace ?? []) + ["sh", "-c", script], input: input.fileHandleForReading.fileDescriptor,
                output: output.fileHandleForWriting.fileDescriptor)
            let announcement = output.fileHandleForReading
            try await NIOThreadPool.singleton.runIfActive { [descriptor = announcement.fileDescriptor] in
                _ = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).availableData
            }
            let id = String(holder.id)
            let disk = SmallDisk(
                path: point, outside: "/proc/\(id)/root" + point,
                launcher: ["nsenter", "--target", id] + (namespace ?? []).filter { $0 != "--map-root-user" }
                    + (namespace?.contains("--user") == true ? ["--preserve-credentials"] : []) + ["--"])
            let result = await Result { () async throws -> Value in try await body(disk) }
            try input.fileHandleForWriting.close()
            _ = await holder.status()
            return try result.get()
        }
    }

    /// Writes a file until nothing more fits, or to a size.
    /// - Parameter limit: bytes at most.
    /// - Returns: bytes written.
    @discardableResult
    public func fill(_ name: String, upTo limit: Int = .max) throws -> Int {
        let descriptor = open(outside + "/" + name, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        var written = 0
        // The last bytes of the last page too.
        for size in [65_536, 4096, 1] {
            let block = [UInt8](repeating: 0, count: size)
            while written < limit {
                let count = write(descriptor, block, min(size, limit - written))
                if count <= 0 { break }
                written += count
            }
        }
        return written
    }

    public func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: outside + "/" + name) }

    /// The namespaces a disk can be mounted in; nil when there are none for us.
    private static let namespace: [String]? = [["--mount"], ["--user", "--map-root-user", "--mount"]].first { flags in
        let trial = try? ChildProcess(["unshare"] + flags + ["sh", "-c", "mount -t tmpfs tmpfs /mnt"])
        return trial?.wait() == 0
    }
}
