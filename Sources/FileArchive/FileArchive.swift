import Glibc
import Logging
import NIOCore
import Synchronization
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
/// `Draft`): nothing is copied into fresh cache pages and written back from there, so that syncs of
/// different files do not queue behind each other's write-back. Preallocating blocks (`fallocate`) was
/// tried and gained nothing, as turning unwritten extents into written ones needs the same journal commit;
/// so did `O_DSYNC`. Overwriting files of zeros needs no journal commit, but writes everything twice and
/// leaves padding to cut off. Several threads sync at once and the file system's journal groups them:
/// a queue of our own in front of it would only add waiting. `docs/performance.md` has the figures.
///
/// **After a failed sync** the kernel may have dropped the dirty pages and call the file clean: the blob is
/// removed and reported as failed, and no second sync is tried on it.
///
/// Blobs are for the owner only (0600 in directories of 0700).
public final class FileArchive: AudioArchive {
    static let namesDescriptors = access("/proc/self/fd", X_OK) == 0

    let room: Room
    private let configuration: Configuration
    private let layout: BlobLayout
    private let fileSystem: FileSystem
    private let prepared: PreparedFiles
    private let scratch = ScratchBuffers()
    private let probe: Probe
    private let writers: Workers
    private let others: Workers
    /// Creating files ahead of need has a thread of its own: it must not wait behind syncs that wait for it.
    private let preparer: Workers
    private let logger: Logger
    private let isClosed = Mutex(false)

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
            if configuration.quotaBytes != nil {
                try await list { _, size in self.room.count(size) }
            }
        } catch {
            await close()
            throw error
        }
    }

    /// Removes the prepared files and ends the threads. Everything written must be finished or abandoned.
    /// Must be called once nothing uses the archive any more.
    public func close() async {
        guard isClosed.withLock({ closed in defer { closed = true }; return !closed }) else { return }
        do {
            try await others.run { [prepared] () throws(ArchiveError) in prepared.close() }
            try await preparer.stop()
            try await writers.stop()
            try await others.stop()
        } catch {
            logger.error("the archive did not close in order", metadata: ["error": "\(error)"])
        }
    }

    // MARK: AudioArchive

    public func begin(limit: Int) async throws -> any BlobWriter {
        guard !isClosed.withLock(\.self) else { throw ArchiveError.failed("the archive is closed") }
        try await measureRoom()
        guard room.shortage() == nil else { throw ArchiveError.full }
        return FileWriter(archive: self, limit: limit)
    }

    public func open(_ id: BlobID) async throws -> any BlobReader {
        let (fileSystem, path) = (fileSystem, layout.path(id))
        let (file, size) = try await others.run { () throws(ArchiveError) in
            do throws(SystemError) {
                let file = BlobFile(id: id, path: path, descriptor: try fileSystem.open(path, O_RDONLY | O_NONBLOCK))
                var facts = stat()
                guard fstat(file.descriptor, &facts) == 0 else { throw .last("look at") }
                return (file, Int(facts.st_size))
            } catch {
                throw error.code == ENOENT ? .missing(id) : error.archiveError
            }
        }
        return FileReader(file: file, size: size, workers: others, fileSystem: fileSystem)
    }

    public func remove(_ id: BlobID) async throws {
        let (fileSystem, path, room) = (fileSystem, layout.path(id), room)
        try await system(others) { () throws(SystemError) in
            var facts = stat()
            let size = lstat(path, &facts) == 0 ? Int(facts.st_size) : 0
            if try fileSystem.remove(path) { room.giveBack(size) }
        }
    }

    public func list(_ visit: @Sendable (BlobID, Int) async throws -> Void) async throws {
        for prefix in BlobLayout.prefixes {
            let path = layout.directory(prefix)
            let directory = try await system(others) { () throws(SystemError) in try DirectoryReader(path: path) }
            while true {
                let entries = try await system(others) { () throws(SystemError) in try directory.next(256) }
                if entries.isEmpty { break }
                for entry in entries { try await visit(entry.id, entry.size) }
            }
        }
    }

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

// MARK: What writers need

extension FileArchive {
    /// Writes `chunks` to the blob of `draft`, or to a new one. After an error the file is gone.
    func append(_ chunks: [ByteBuffer], to draft: Draft?) async throws(ArchiveError) -> Draft {
        try await writers.run { [self] () throws(ArchiveError) in
            try keeping(draft) { draft throws(SystemError) in
                try draft.append(chunks, to: fileSystem, through: scratch)
            }
        }
    }

    /// Writes `chunks` to the blob of `draft`, or to a new one, and makes it durable. After an error the file is gone.
    func complete(_ chunks: [ByteBuffer], to draft: Draft?) async throws(ArchiveError) -> Draft {
        try await writers.run { [self] () throws(ArchiveError) in
            try keeping(draft) { draft throws(SystemError) in
                try draft.complete(chunks, to: fileSystem, through: scratch)
                let start = fileSystem.now()
                try fileSystem.sync(draft.file.descriptor)
                configuration.onSync?(fileSystem.now() - start, draft.size)
            }
        }
    }

    /// Drops a blob that was being written.
    func discard(_ file: BlobFile?, size: Int) async {
        room.giveBack(size)
        guard let file else { return }
        do {
            _ = try await system(others) { [fileSystem] () throws(SystemError) in try fileSystem.remove(file.path) }
        } catch {
            logUnremoved(file, error)
        }
    }

    /// Drops a blob whose writer was let go without a word.
    nonisolated func discardLater(_ file: BlobFile?, size: Int) {
        room.giveBack(size)
        guard let file else { return }
        others.runLater { [self] in removeNow(file) }
    }

    private func keeping(_ draft: Draft?, _ body: (inout Draft) throws(SystemError) -> Void) throws(ArchiveError) -> Draft {
        do throws(SystemError) {
            var draft = if let draft { draft } else { Draft(file: try newFile()) }
            do throws(SystemError) {
                try body(&draft)
                return draft
            } catch {
                removeNow(draft.file)
                throw error
            }
        } catch {
            throw error.archiveError
        }
    }

    private func newFile() throws(SystemError) -> BlobFile {
        let file = try prepared.take()
        if prepared.wantsRefill() { preparer.runLater { [prepared] in prepared.refill() } }
        return file
    }

    private func removeNow(_ file: BlobFile) {
        do throws(SystemError) { _ = try fileSystem.remove(file.path) } catch { logUnremoved(file, error) }
    }

    /// Nothing is lost by it, and the next start removes the orphan.
    private func logUnremoved(_ file: BlobFile, _ error: any Error) {
        logger.warning("an unfinished blob could not be removed", metadata: ["blob": "\(file.id)", "error": "\(error)"])
    }

    private func measureRoom() async throws(ArchiveError) {
        guard room.wantsMeasurement() else { return }
        try await system(others) { [room] () throws(SystemError) in try room.measure() }
    }

    private func system<Value: Sendable>(
        _ workers: Workers, _ body: @escaping @Sendable () throws(SystemError) -> Value
    ) async throws(ArchiveError) -> Value {
        try await workers.run { () throws(ArchiveError) in
            do throws(SystemError) { return try body() } catch { throw error.archiveError }
        }
    }
}
