import Crypto
import Foundation
import Synchronization
import SystemPackage
import Voicemail

/// What a backup holds: one line each, so that it can be written and read whatever its length.
///
///     aftertone backup 1
///     file SHA256 BYTES NAME
///     blob SHA256 BYTES ID
///     end LINES SHA256
///
/// Blobs come in order of their ids. The last line covers all before it, so that half a manifest is none.
enum BackupManifest {
    static let name = "manifest"
    static let firstLine = "aftertone backup 1"
    /// What a backup holds beside blobs.
    static let files = ["aftertone.sqlite", "secret.key", "format"]

    enum Entry: Sendable, Hashable {
        case file(String, Digest)
        case blob(BlobID, Digest)
    }

    struct Digest: Sendable, Hashable {
        /// 64 lower-case hex digits.
        let sha256: String
        /// Bytes.
        let size: Int
    }
}

/// Writes a manifest. Its calls block.
final class BackupManifestWriter: Sendable {
    private struct State {
        var hash = SHA256()
        var lines = 0
    }

    private let handle: FileHandle
    private let partial: String
    private let path: String
    private let state = Mutex(State())

    init(directory: String) throws {
        path = directory + "/" + BackupManifest.name
        partial = path + DurableFile.partialSuffix
        guard FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: partial)
        else { throw DataDirectoryError.failed("cannot create \(partial)") }
        self.handle = handle
        try write(BackupManifest.firstLine)
    }

    func add(_ entry: BackupManifest.Entry) throws {
        switch entry {
        case .file(let name, let digest): try write("file \(digest.sha256) \(digest.size) \(name)")
        case .blob(let id, let digest): try write("blob \(digest.sha256) \(digest.size) \(id)")
        }
    }

    /// Makes the manifest durable and gives it its name, which makes the backup whole.
    func finish() throws {
        let (lines, sum) = state.withLock { ($0.lines, HexID.encode($0.hash.finalize())) }
        try write("end \(lines) \(sum)")
        try handle.synchronize()
        try handle.close()
        try DurableFile.rename(partial, to: path)
        try DurableFile.syncDirectory(FilePath(path).parent.string)
    }

    private func write(_ line: String) throws {
        let bytes = Data((line + "\n").utf8)
        try state.withLock { state in
            try handle.write(contentsOf: bytes)
            state.hash.update(data: bytes)
            state.lines += 1
        }
    }
}

/// Reads a manifest that may be anybody's. Its calls block.
struct BackupManifestReader {
    private static let longestLine = 256
    private static let chunk = 65_536

    private let handle: FileHandle
    private var pending: [UInt8] = []
    private var start = 0
    private var hash = SHA256()
    private var lines = 0
    private var last: BlobID?
    private var seenFiles: Set<String> = []

    init(directory: String) throws {
        let path = directory + "/" + BackupManifest.name
        // A look first, so that what is opened is a file.
        guard try CopiedFile.digest(of: path) != nil, let handle = FileHandle(forReadingAtPath: path) else {
            throw RestoreError.refused("there is no whole backup in \(directory): \(BackupManifest.name) is missing")
        }
        self.handle = handle
        guard try line() == BackupManifest.firstLine else { throw RestoreError.refused("\(path) is no manifest of a backup this version knows") }
    }

    func close() throws { try handle.close() }

    /// The next entry; nil at the end, which is there and right.
    /// - Throws: `RestoreError` for anything else.
    mutating func next() throws -> BackupManifest.Entry? {
        let before = hash
        guard let text = try line() else { throw broken("it ends too early") }
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 3, parts[0] == "end" {
            guard parts[1] == String(lines - 1), parts[2] == HexID.encode(before.finalize()), try line() == nil else { throw broken("its checksum differs") }
            guard seenFiles == Set(BackupManifest.files) else { throw broken("it names too few files") }
            return nil
        }
        guard parts.count == 4, let size = Int(parts[2]), size >= 0, String(size) == parts[2], parts[1].utf8.count == 64 else {
            throw broken("line \(lines)")
        }
        let digest = BackupManifest.Digest(sha256: parts[1], size: size)
        switch parts[0] {
        case "file":
            guard BackupManifest.files.contains(parts[3]), seenFiles.insert(parts[3]).inserted else { throw broken("line \(lines)") }
            return .file(parts[3], digest)
        case "blob":
            // In order, so none twice.
            guard let id = BlobID(parts[3]), last.map({ $0.hex < id.hex }) ?? true else { throw broken("line \(lines)") }
            last = id
            return .blob(id, digest)
        default: throw broken("line \(lines)")
        }
    }

    /// nil at the end.
    private mutating func line() throws -> String? {
        while true {
            if let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let bytes = pending[start...end]
                start = end + 1
                hash.update(data: Data(bytes))
                lines += 1
                return String(decoding: bytes.dropLast(), as: UTF8.self)
            }
            guard pending.count - start <= Self.longestLine else { throw broken("line \(lines + 1)") }
            guard let more = try handle.read(upToCount: Self.chunk), !more.isEmpty else {
                if start == pending.count { return nil }
                throw broken("it ends within a line")
            }
            pending = Array(pending[start...]) + more
            start = 0
        }
    }

    private func broken(_ what: String) -> RestoreError { .refused("the manifest is damaged: \(what)") }
}

extension StoredBlob {
    /// How bytes that were found differ from what the database says of the blob.
    func damage(_ found: BackupManifest.Digest) -> Damage? {
        if found.size != size { return .truncatedBlob(id, expected: size, found: found.size) }
        return found.sha256 == sha256 ? nil : .alteredBlob(id)
    }
}
