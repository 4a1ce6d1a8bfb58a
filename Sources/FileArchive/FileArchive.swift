import CFileIO
import Glibc
import Logging
import NIOConcurrencyHelpers
import NIOCore
import Voicemail

/// An `AudioArchive` on a directory of the local file system.
///
/// **What is synced when.** A deposit is: take a file that was prepared, write, `fdatasync`. That is all,
/// because the file already has its final, random name and the name is durable: files are created in
/// batches ahead of need, and one `fsync` of their directory pays for a batch (`PreparedFiles`). The sync
/// makes bytes, extents and size durable on ext4 and on XFS, which both commit the size with `fdatasync` when
/// it grew. When no prepared file is ready, the writer creates one itself, directory sync included.
///
/// A crash leaves empty or partial blobs under final names. No row names them, `list` reports them, and
/// the server's start removes them. Until its writer is let go a blob is locked and not listed (`BlobFile`).
///
/// **Why so.** The textbook sequence (temporary file, write, sync, rename, sync the directory) costs two
/// journal commits one after the other; here it is one. Bulk goes past the page cache (`O_DIRECT`, see
/// `Draft`): nothing is copied into fresh cache pages and written back from there, and syncs of different
/// files do not queue behind each other's write-back. What was tried and left:
/// - `fallocate` for prepared files gained nothing: turning unwritten extents into written ones needs the same
///   journal commit as allocating them;
/// - `O_DSYNC` and `RWF_DSYNC` are the same work in other words and no quicker;
/// - files of zeros written ahead need no journal commit when overwritten, but everything is written twice
///   and the padding must be cut off again: slower in sum;
/// - padding the last block of a direct write and cutting it off costs a read of that block;
/// - a queue of our own that groups syncs: the journal of the file system groups those of several threads
///   already, and a queue in front of it only adds waiting.
///
/// **After a failed sync** the kernel may have dropped the dirty pages and call the file clean: the blob is
/// removed and reported as failed, and no second sync is tried on it.
///
/// Blobs are for the owner only (0600 in directories of 0700).
public final class FileArchive: MaintainedArchive {
    static let namesDescriptors = access("/proc/self/fd", X_OK) == 0

    let room: Room
    let configuration: Configuration
    let layout: BlobLayout
    let fileSystem: FileSystem
    let prepared: PreparedFiles
    let scratch = ScratchBuffers()
    private let probe: Probe
    let writers: Workers
    let others: Workers
    /// Creating files ahead of need has a thread of its own: it must not wait behind syncs that wait for it.
    let preparer: Workers
    let logger: Logger
    private let isClosed = NIOLockedValueBox(false)

    /// Opens the archive, creating its directories.
    /// - Throws: `ArchiveError.full`, `.failed`.
    public convenience init(_ configuration: Configuration, logger: Logger) async throws {
        try await self.init(configuration, logger: logger, fileSystem: .system)
    }

    init(_ configuration: Configuration, logger: Logger, fileSystem: FileSystem) async throws {
        self.configuration = configuration
        self.logger = logger
        self.fileSystem = fileSystem
        let layout = BlobLayout(root: configuration.directory)
        self.layout = layout
        room = Room(root: layout.root, reserve: configuration.reserveBytes, quota: configuration.quotaBytes, fileSystem: fileSystem)
        prepared = PreparedFiles(layout: layout, fileSystem: fileSystem, capacity: configuration.preparedFiles)
        probe = Probe(path: layout.probe, fileSystem: fileSystem)
        writers = Workers(threads: configuration.writeThreads)
        others = Workers(threads: configuration.readThreads)
        preparer = Workers(threads: 1)
        do {
            try await system(others) { () throws(SystemError) in try layout.create(fileSystem) }
            // Before anybody asks: while one caller measures, the others go by the measurement before.
            try await measureRoom()
            try await recount()
        } catch {
            await close()
            throw error
        }
    }

    /// Removes the prepared files and ends the threads. Everything written must be finished or abandoned.
    /// Must be called once nothing uses the archive any more.
    public func close() async {
        guard
            isClosed.withLockedValue({ closed in
                defer { closed = true }; return !closed
            })
        else { return }
        do {
            try await others.run { [prepared] () throws(ArchiveError) in prepared.close() }
            try await preparer.stop()
            try await writers.stop()
            try await others.stop()
        } catch {
            logger.error("the archive did not close in order", metadata: ["error": "\(error)"])
        }
    }

    /// Lets go of memory kept for the next deposits.
    public func releaseMemory() { scratch.release() }

    // MARK: AudioArchive

    public func begin(limit: Int) async throws -> any BlobWriter { try await begin(limit: limit, named: nil) }

    public func begin(limit: Int, as id: BlobID) async throws -> any BlobWriter { try await begin(limit: limit, named: id) }

    private func begin(limit: Int, named id: BlobID?) async throws -> any BlobWriter {
        guard !isClosed.withLockedValue(\.self) else { throw ArchiveError.failed("the archive is closed") }
        try await measureRoom()
        guard room.shortage() == nil else { throw ArchiveError.full }
        return FileWriter(archive: self, limit: limit, named: id)
    }

    public func open(_ id: BlobID) async throws -> any BlobReader {
        let (fileSystem, path) = (fileSystem, layout.path(id))
        let (file, size) = try await others.read { () throws(ArchiveError) in
            do throws(SystemError) {
                let file = BlobFile(id: id, path: path, descriptor: try fileSystem.open(path, O_RDONLY | O_NONBLOCK))
                var facts = stat()
                guard fstat(file.descriptor, &facts) == 0 else { throw .last("look at") }
                guard facts.st_mode & S_IFMT == S_IFREG else { throw SystemError(operation: "open \(path)", code: EISDIR) }
                return (file, Int(facts.st_size))
            } catch {
                throw error.code == ENOENT ? .missing(id) : error.archiveError
            }
        }
        return FileReader(file: file, size: size, workers: others, fileSystem: fileSystem)
    }

    public func written(_ id: BlobID) async throws -> Timestamp? {
        let path = layout.path(id)
        return try await system(others) { () throws(SystemError) in
            var facts = stat()
            if lstat(path, &facts) == 0 { return Timestamp(unix: facts.st_mtim.tv_sec) }
            guard errno == ENOENT else { throw .last("look at \(path)") }
            return nil
        }
    }

    public func remove(_ id: BlobID) async throws {
        let (fileSystem, path, room) = (fileSystem, layout.path(id), room)
        try await system(others) { () throws(SystemError) in
            try room.remove(id) { () throws(SystemError) in
                var facts = stat()
                let size = lstat(path, &facts) == 0 ? Int(facts.st_size) : 0
                return try fileSystem.remove(path) ? size : 0
            }
        }
    }

    func path(of id: BlobID) -> String { layout.path(id) }

    func directory(of id: BlobID) -> String { layout.directory(BlobLayout.prefix(of: id)) }

    /// Looks at the free space and the quota, and writes and syncs a small file; each at most once a second.
    public func unavailability() async -> String? {
        do {
            try await measureRoom()
            if let shortage = room.shortage() { return shortage }
            return try await others.run { [probe] () throws(ArchiveError) in probe.run() }
        } catch ArchiveError.failed(let reason) {
            return reason
        } catch {
            return "\(error)"
        }
    }
}

extension FileArchive {
    private func measureRoom() async throws(ArchiveError) {
        guard room.wantsMeasurement() else { return }
        try await system(others) { [room] () throws(SystemError) in try room.measure() }
    }

    /// Runs system calls on `workers`, and gives their errors as the archive's.
    func system<Value: Sendable>(
        _ workers: Workers, _ body: @escaping @Sendable () throws(SystemError) -> Value
    ) async throws(ArchiveError) -> Value {
        try await workers.run { () throws(ArchiveError) in
            do throws(SystemError) { return try body() } catch { throw error.archiveError }
        }
    }
}
