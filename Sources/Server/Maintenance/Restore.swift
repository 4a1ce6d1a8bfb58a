import FileArchive
import Foundation
import SQLiteStore
import Voicemail

/// Makes a data directory from a backup. Everything in the backup must be named by its manifest and be as it says; anything
/// else is refused and nothing stays: a backup may have been anywhere.
public struct Restore: Sendable {
    public struct Summary: Sendable, Hashable {
        public var blobs = 0
        /// Bytes of audio.
        public var bytes = 0
    }

    private let backup: DataDirectory
    private let target: DataDirectory
    private let progress: ProgressReport

    /// - Parameters:
    ///   - source: a directory that `Backup` has made.
    ///   - directory: a data directory that does not exist or is empty.
    public init(from source: String, to directory: String, progress: @escaping ProgressReport = { _ in }) {
        backup = DataDirectory(path: source)
        target = DataDirectory(path: directory)
        self.progress = progress
    }

    /// - Throws: `RestoreError`, `DataDirectoryError`, `StoreError`.
    public func run() async throws -> Summary {
        let (total, lock) = try await blocking { (try check(), try prepare()) }
        defer { lock.release() }
        do {
            let summary = try await blocking { try copyAll(total) }
            try await checkDatabase()
            try await blocking { try target.writeFormat() }
            return summary
        } catch {
            try await blocking { try discard() }
            throw error
        }
    }

    // MARK: Before anything is written

    /// - Returns: how many pieces of audio there are.
    private func check() throws -> Int {
        guard !backup.isWithin(target), !target.isWithin(backup) else { throw RestoreError.refused("\(target.path) and \(backup.path) are one in the other") }
        // Before a byte of them is read: a link could lead anywhere, and a pipe would never end.
        for name in [BackupManifest.name] + BackupManifest.files {
            guard try CopiedFile.isRegular("\(backup.path)/\(name)") else { throw RestoreError.refused("\(name) is missing in the backup") }
        }
        var manifest = try BackupManifestReader(directory: backup.path)
        var total = 0
        while let entry = try manifest.next() {
            if case .blob = entry { total += 1 }
        }
        try manifest.close()
        try Self.require(try DurableFile.names(in: backup.path), in: Set(BackupManifest.files + [BackupManifest.name, "blobs"]), of: backup.path)
        try Self.requireDirectory(backup.blobs)
        try Self.require(try DurableFile.names(in: backup.blobs), in: Set(FileArchive.prefixes), of: backup.blobs)
        try backup.checkFormat()
        return total
    }

    private func prepare() throws -> FileLock {
        try DurableFile.makeDirectory(target.path)
        guard try DurableFile.read(target.format) == nil else { throw RestoreError.refused("\(target.path) holds data already") }
        try target.requireNothingForeign()
        guard try DurableFile.read(target.secretKey) == nil else { throw RestoreError.refused("\(target.path) is not empty") }
        guard let lock = try FileLock.attempt(target.storageLock, .exclusive) else {
            throw RestoreError.refused("something else is at work in \(target.path)")
        }
        return lock
    }

    // MARK: Copying

    private func copyAll(_ total: Int) throws -> Summary {
        try DurableFile.makeDirectory(target.blobs)
        for prefix in FileArchive.prefixes { try DurableFile.makeDirectory(target.blobs + "/" + prefix) }
        var summary = Summary()
        var manifest = try BackupManifestReader(directory: backup.path)
        var group = PrefixGroup()
        while let entry = try manifest.next() {
            switch entry {
            case .file(let name, let digest):
                // The format comes last, and is ours.
                let isFormat = "\(target.path)/\(name)" == target.format
                let found = isFormat ? try CopiedFile.digest(of: backup.format) : try CopiedFile.copy("\(backup.path)/\(name)", to: "\(target.path)/\(name)")
                try Self.require(found, digest, name)
            case .blob(let id, let digest):
                try group.add(id, below: backup.blobs)
                let path = FileArchive.relativePath(of: id)
                try Self.require(try CopiedFile.copy(backup.blobs + "/" + path, to: target.blobs + "/" + path), digest, path)
                summary.blobs += 1
                summary.bytes += digest.size
                progress(MaintenanceProgress("audio", summary.blobs, of: total))
            }
        }
        try group.finish(below: backup.blobs)
        try manifest.close()
        for prefix in FileArchive.prefixes { try DurableFile.syncDirectory(target.blobs + "/" + prefix) }
        try DurableFile.syncDirectory(target.blobs)
        try DurableFile.syncDirectory(target.path)
        return summary
    }

    /// The database may be anybody's too.
    private func checkDatabase() async throws {
        _ = try await blocking { try target.readSecretKey() }
        let store = try await blocking { try SQLiteStore(path: target.database, options: StoreOptions(readers: 1)) }
        let lines: [String]
        do { lines = try await store.integrityCheck(limit: 1) } catch {
            try await blocking { try store.close() }
            throw error
        }
        try await blocking { try store.close() }
        if let line = lines.first { throw RestoreError.refused("the database in the backup is damaged: \(line)") }
    }

    /// Leaves the directory as empty as it was.
    private func discard() throws {
        let database = ["", "-wal", "-shm"].map { target.database + $0 }
        for path in database + [target.secretKey, target.blobs, target.storageLock] where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    // MARK: Rules

    private static func require(_ found: BackupManifest.Digest?, _ expected: BackupManifest.Digest, _ name: String) throws {
        guard let found else { throw RestoreError.refused("\(name) is missing in the backup") }
        guard found == expected else { throw RestoreError.refused("\(name) is not as the manifest says") }
    }

    fileprivate static func require(_ names: [String], in expected: Set<String>, of directory: String) throws {
        for name in names.sorted() where !expected.contains(name) {
            throw RestoreError.refused("\(directory)/\(name) does not belong into a backup")
        }
    }

    fileprivate static func requireDirectory(_ path: String) throws {
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        guard type == .typeDirectory else { throw RestoreError.refused("\(path) is no directory") }
    }
}

/// The blobs of one directory after the other, as the manifest's order brings them: memory does not grow with the backup.
private struct PrefixGroup {
    private var prefix: String?
    private var names: Set<String> = []
    private var unvisited = Set(FileArchive.prefixes)

    mutating func add(_ id: BlobID, below root: String) throws {
        let next = String(FileArchive.relativePath(of: id).prefix { $0 != "/" })
        if next != prefix {
            try close(below: root)
            // Before the first file of it is touched: a link could lead anywhere.
            try Restore.requireDirectory(root + "/" + next)
            prefix = next
        }
        names.insert(id.hex)
    }

    /// Also looks into the directories that should be empty.
    mutating func finish(below root: String) throws {
        try close(below: root)
        for prefix in unvisited.sorted() where FileManager.default.fileExists(atPath: root + "/" + prefix) {
            try Restore.requireDirectory(root + "/" + prefix)
            try Restore.require(try DurableFile.names(in: root + "/" + prefix), in: [], of: root + "/" + prefix)
        }
    }

    private mutating func close(below root: String) throws {
        guard let prefix else { return }
        try Restore.require(try DurableFile.names(in: root + "/" + prefix), in: names, of: root + "/" + prefix)
        unvisited.remove(prefix)
        names = []
    }
}

/// Why nothing was restored.
public enum RestoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case refused(String)

    public var description: String {
        switch self {
        case .refused(let why): why
        }
    }
}
