import FileArchive
import Foundation
import Voicemail

/// The blobs of one directory after the other, as the manifest's order brings them: memory does not grow with the backup.
struct PrefixGroup {
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

/// The blobs of a manifest, asked for in order of their ids.
struct ManifestBlobs: Sendable {
    private var reader: BackupManifestReader
    private var ahead: (id: BlobID, digest: BackupManifest.Digest)?
    private var isAtEnd = false

    init(directory: String) throws { reader = try BackupManifestReader(directory: directory) }

    /// nil when the manifest does not name it.
    mutating func digest(of id: BlobID) throws -> BackupManifest.Digest? {
        while !isAtEnd, ahead.map({ $0.id.hex < id.hex }) ?? true {
            switch try reader.next() {
            case .blob(let next, let digest): ahead = (next, digest)
            case .file: continue
            case nil: isAtEnd = true
            }
        }
        return ahead.flatMap { $0.id == id ? $0.digest : nil }
    }

    func close() throws { try reader.close() }
}
