import FileArchive
import Foundation
import SQLiteStore
import Voicemail

/// Copies an installation while its server runs: the database as it is at one moment, and every piece of audio it names.
///
/// The copy is a data directory with a manifest. On the same file system audio is not copied but gets a second name, as it
/// never changes. All of it is read nevertheless, so that damage is found now and not on the day the backup is needed.
public struct Backup: Sendable {
    public struct Summary: Sendable, Hashable {
        public var blobs = 0
        /// Bytes of audio.
        public var bytes = 0
        /// Audio that is not as the database says. What is missing or cannot be read is not in the backup; what differs is, as it is.
        public var damages: [DamagedAudio] = []
    }

    /// Audio that is removed before it is fetched makes the copy of the database out of date, so another is taken. Each round
    /// has only to fetch what is new since the one before.
    private static let maximumRounds = 20
    private static let batch = 500

    private let installation: Installation
    private let source: DataDirectory
    private let copy: DataDirectory
    private let progress: ProgressReport

    /// - Parameter destination: a directory that does not exist or is empty.
    public init(of installation: Installation, to destination: String, progress: @escaping ProgressReport = { _ in }) {
        self.installation = installation
        source = installation.directory
        copy = DataDirectory(path: destination)
        self.progress = progress
    }

    /// - Throws: `DataDirectoryError`, `StoreError`. What was written until then has no manifest, so nobody can take it
    ///   for a backup.
    public func run() async throws -> Summary {
        try await blocking { try prepare() }
        for _ in 1...Self.maximumRounds {
            try await blocking { try removeDatabase() }
            try await installation.store.backup(to: copy.database) { [progress] in progress(MaintenanceProgress("database", $0, of: $1)) }
            if let unfetched = try await fetchAudio() { return try await finish(unfetched) }
        }
        throw DataDirectoryError.failed("audio was removed faster than it could be copied; try again later")
    }

    private func prepare() throws {
        guard installation.configuration.postgres == nil else {
            throw DataDirectoryError.failed("the database is PostgreSQL's, and is copied with PostgreSQL's own means: see docs/scale.md")
        }
        guard installation.configuration.archive.s3 == nil else {
            throw DataDirectoryError.failed("audio is in a bucket, which is copied with the service's own means: see docs/scale.md")
        }
        guard !copy.isWithin(source) else { throw DataDirectoryError.failed("\(copy.path) is within the data directory") }
        try DurableFile.makeDirectory(copy.path)
        guard try DurableFile.names(in: copy.path).isEmpty else { throw DataDirectoryError.failed("\(copy.path) is not empty") }
        try DurableFile.makeDirectory(copy.blobs)
        for prefix in FileArchive.prefixes { try DurableFile.makeDirectory(copy.blobs + "/" + prefix) }
    }

    private func removeDatabase() throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: copy.database + suffix) {
            try FileManager.default.removeItem(atPath: copy.database + suffix)
        }
    }

    // MARK: Audio

    /// Links or copies what the copied database names.
    /// - Returns: what is damaged beyond copying; nil when something was removed just now.
    private func fetchAudio() async throws -> [Damage]? {
        let unfetched = try await withCopiedStore { store in
            var unfetched: [Damage] = []
            var count = 0
            try await Self.forEachBatch(of: store) { records in
                unfetched += try await blocking { try records.compactMap { try fetch($0.blob.id) } }
                count += records.count
                progress(MaintenanceProgress("audio", count))
            }
            return unfetched
        }
        for case .missingBlob(let id) in unfetched {
            // Still named: it is missing, not removed.
            guard try await installation.store.names(id) else { return nil }
        }
        return unfetched
    }

    /// - Returns: why it was not fetched; nil when it was.
    private func fetch(_ id: BlobID) throws -> Damage? {
        let path = FileArchive.relativePath(of: id)
        do {
            return try CopiedFile.linkOrCopy(source.blobs + "/" + path, to: copy.blobs + "/" + path) ? nil : .missingBlob(id)
        } catch let error as CopiedFile.Unreadable {
            return .unreadableBlob(id, reason: error.reason)
        }
    }

    // MARK: The end

    /// Reads everything once more from the copy, notes it in the manifest and makes it durable.
    private func finish(_ unfetched: [Damage]) async throws -> Summary {
        let manifest = try await blocking { try BackupManifestWriter(directory: copy.path) }
        var summary = try await withCopiedStore { store in
            try await prune(store)
            var summary = Summary()
            var damages = unfetched
            try await Self.forEachBatch(of: store) { records in
                let added = try await blocking { try add(records, to: manifest) }
                summary.blobs += added.blobs
                summary.bytes += added.bytes
                damages += added.damages
                progress(MaintenanceProgress("checksums", summary.blobs))
            }
            for damage in damages { summary.damages.append(try await store.damaged(damage)) }
            return summary
        }
        summary.damages.sort { $0.description < $1.description }
        try await blocking { [source, copy] in
            for name in BackupManifest.files {
                if name != copy.databaseName { _ = try CopiedFile.copy("\(source.path)/\(name)", to: "\(copy.path)/\(name)") }
                guard let digest = try CopiedFile.digest(of: "\(copy.path)/\(name)") else { throw DataDirectoryError.damaged("\(name) is missing") }
                try manifest.add(.file(name, digest))
            }
            for prefix in FileArchive.prefixes { try DurableFile.syncDirectory(copy.blobs + "/" + prefix) }
            try DurableFile.syncDirectory(copy.blobs)
            try DurableFile.syncDirectory(copy.path)
            try manifest.finish()
        }
        return summary
    }

    /// Removes audio that was fetched for a copy of the database that has been taken anew since: restoring refuses what is in no
    /// manifest.
    private func prune(_ store: SQLiteStore) async throws {
        for prefix in FileArchive.prefixes {
            let directory = copy.blobs + "/" + prefix
            for name in try await blocking({ try DurableFile.names(in: directory) }) {
                if let id = BlobID(name), try await store.read({ try $0.blob(id: id) }) != nil { continue }
                try await blocking { try FileManager.default.removeItem(atPath: directory + "/" + name) }
            }
        }
    }

    private func add(_ records: [BlobRecord], to manifest: BackupManifestWriter) throws -> (blobs: Int, bytes: Int, damages: [Damage]) {
        var blobs = 0, bytes = 0
        var damages: [Damage] = []
        for record in records {
            let blob = record.blob, path = copy.blobs + "/" + FileArchive.relativePath(of: blob.id)
            let found: BackupManifest.Digest?
            do { found = try CopiedFile.digest(of: path) } catch let error as CopiedFile.Unreadable {
                // A file that cannot be read is in no manifest, and so belongs to no backup.
                try FileManager.default.removeItem(atPath: path)
                damages.append(.unreadableBlob(blob.id, reason: error.reason))
                continue
            }
            guard let found else { continue }
            try manifest.add(.blob(blob.id, found))
            blobs += 1
            bytes += found.size
            if let damage = blob.damage(found) { damages.append(damage) }
        }
        return (blobs, bytes, damages)
    }

    // MARK: The copied database

    private func withCopiedStore<Value>(_ body: (SQLiteStore) async throws -> Value) async throws -> Value {
        var options = StoreOptions(readers: 1)
        // A backup is the files of its manifest and no others.
        options.keepsLog = false
        let store = try await blocking { [copy, options] in try SQLiteStore(path: copy.database, options: options) }
        let result: Result<Value, any Error>
        do { result = .success(try await body(store)) } catch { result = .failure(error) }
        try await blocking { try store.close() }
        return try result.get()
    }

    static func forEachBatch(of store: SQLiteStore, _ body: ([BlobRecord]) async throws -> Void) async throws {
        var last: BlobID?
        repeat {
            let after = last
            let records = try await store.read { try $0.blobs(after: after, limit: batch) }
            try await body(records)
            last = records.last?.blob.id
        } while last != nil
    }
}

extension VoicemailStore {
    /// Whether the audio of this name is wanted: a record whose blob waits to be removed does not count.
    func names(_ id: BlobID) async throws -> Bool {
        try await read { try $0.blob(id: id) != nil && !$0.isGarbage(id) }
    }
}
