import FileArchive
import Foundation
import SQLiteStore
import Voicemail

/// Makes a data directory from a backup. Everything in the backup must be named by its manifest and be as it says; anything
/// else is refused and nothing stays: a backup may have been anywhere. What a restore leaves that was killed is marked, and the next one
/// begins by removing it.
public struct Restore: Sendable {
    public struct Summary: Sendable, Hashable {
        public var blobs = 0
        /// Bytes of audio.
        public var bytes = 0
        /// Audio that was damaged when the backup was made: it is not as the database says.
        public var damages: [DamagedAudio] = []
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

    /// - Throws: `RestoreError`, `DataDirectoryError`, `StoreError`, `CopiedFile.Unreadable`.
    public func run() async throws -> Summary {
        let (total, missing) = try await blocking { (try check(), DurableFile.missingDirectories(target.path)) }
        do { return try await fill(total) } catch {
            await leaveNothing(of: missing)
            throw error
        }
    }

    /// Takes away the directories that were made for what is refused. Where somebody has put something meanwhile, that stays.
    private func leaveNothing(of directories: [String]) async {
        // Should that fail too, why nothing was restored is what there is to tell.
        try? await blocking { for directory in directories { DurableFile.removeEmptyDirectory(directory) } }
    }

    private func fill(_ total: Int) async throws -> Summary {
        let lock = try await blocking { try prepare() }
        defer { lock.release() }
        do {
            var summary = try await blocking { try copyAll(total) }
            summary.damages = try await checkDatabase()
            try await blocking {
                try target.writeFormat()
                // Of a directory that is complete the mark says nothing more, should this be cut off.
                try DurableFile.remove(target.restoreMark)
            }
            return summary
        } catch {
            try await blocking { try target.discardRestored() }
            throw error
        }
    }

    // MARK: Before anything is written

    /// - Returns: how many pieces of audio there are.
    private func check() throws -> Int {
        guard try DurableFile.isDirectory(backup.path) else { throw RestoreError.refused("there is no directory \(backup.path)") }
        guard !backup.isWithin(target), !target.isWithin(backup) else { throw RestoreError.refused("\(target.path) and \(backup.path) are one in the other") }
        // Before a byte of them is read: a link could lead anywhere, and a pipe would never end.
        for name in [BackupManifest.name] + BackupManifest.files {
            guard try CopiedFile.isRegular("\(backup.path)/\(name)") else {
                throw RestoreError.refused("there is no whole backup in \(backup.path): \(name) is missing")
            }
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
        try target.requireOwner()
        let isUnfinished = try target.isRestoring()
        if isUnfinished {
            try target.requireOnlyRestored()
        } else {
            try target.requireNothingForeign()
            guard try DurableFile.read(target.secretKey) == nil else { throw RestoreError.refused("\(target.path) is not empty") }
        }
        guard let lock = try FileLock.attempt(target.storageLock, .exclusive) else {
            throw RestoreError.refused("something else is at work in \(target.path)")
        }
        // The lock's file stays: it is held.
        do {
            if isUnfinished { try target.discardRestored(keepingLock: true) }
            try DurableFile.write([], to: target.restoreMark)
        } catch {
            try? target.discardRestored()
            lock.release()
            throw error
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
    /// - Returns: what it says of audio and the manifest does not.
    private func checkDatabase() async throws -> [DamagedAudio] {
        _ = try await blocking { try target.readSecretKey() }
        let store = try await blocking { try SQLiteStore(path: target.database, options: StoreOptions(readers: 1)) }
        let result: Result<[DamagedAudio], any Error>
        do {
            if let line = try await store.integrityCheck(limit: 1).first { throw RestoreError.refused("the database in the backup is damaged: \(line)") }
            result = .success(try await damages(in: store))
        } catch { result = .failure(error) }
        try await blocking { try store.close() }
        return try result.get()
    }

    /// Both the rows and the manifest come in order of ids, so that they are read side by side.
    private func damages(in store: SQLiteStore) async throws -> [DamagedAudio] {
        var entries = try await blocking { try ManifestBlobs(directory: backup.path) }
        var found: [DamagedAudio] = []
        try await Backup.forEachBatch(of: store) { records in
            let damages: [Damage]
            (entries, damages) = try await blocking { [entries] in
                var entries = entries
                let damages = try records.compactMap { record -> Damage? in
                    guard let digest = try entries.digest(of: record.blob.id) else { return .missingBlob(record.blob.id) }
                    return record.blob.damage(digest)
                }
                return (entries, damages)
            }
            for damage in damages { found.append(try await store.damaged(damage)) }
        }
        try await blocking { [entries] in try entries.close() }
        return found
    }

    // MARK: Rules

    private static func require(_ found: BackupManifest.Digest?, _ expected: BackupManifest.Digest, _ name: String) throws {
        guard let found else { throw RestoreError.refused("\(name) is missing in the backup") }
        guard found == expected else { throw RestoreError.refused("\(name) is not as the manifest says") }
    }

    static func require(_ names: [String], in expected: Set<String>, of directory: String) throws {
        for name in names.sorted() where !expected.contains(name) {
            throw RestoreError.refused("\(directory)/\(name) does not belong into a backup")
        }
    }

    static func requireDirectory(_ path: String) throws {
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        guard type == .typeDirectory else { throw RestoreError.refused("\(path) is no directory") }
    }
}
