import Foundation
import SystemPackage
import Voicemail

/// Everything one installation keeps, in one directory:
///
///     aftertone.sqlite   the database (and its -wal and -shm)
///     blobs/             audio, named by the archive
///     cache/             renderings; deleting it loses nothing
///     scratch/           audio on its way to a bucket and from it, in files without names
///     captures/          what is said in calls under way, until it is a message
///     secret.key         32 random bytes that tokens and API keys are hashed with; after a rotation 32 more, for what is sealed and signed
///     secret.key.next    only while the key is rotated, or where that was cut off
///     format             which layout this is
///     lock, server.lock  who is at work
///     restoring          only while it is being restored, or where that was cut off
public struct DataDirectory: Sendable, Hashable {
    /// From the root.
    public let path: String

    /// - Parameter path: a relative one is below where the process runs.
    init(path: String) { self.path = FilePath.settled(path).string }

    public var database: String { path + "/" + databaseName }
    var databaseName: String { "aftertone.sqlite" }
    public var blobs: String { path + "/blobs" }
    public var cache: String { path + "/cache" }
    var scratch: String { path + "/scratch" }
    public var captures: String { path + "/captures" }
    var secretKey: String { path + "/secret.key" }
    var nextSecretKey: String { path + "/secret.key.next" }
    var format: String { path + "/format" }
    var storageLock: String { path + "/lock" }
    var restoreMark: String { path + "/" + Self.restoreMarkName }
    var serverLock: String { path + "/server.lock" }

    /// The layout this version writes, and the newest it reads.
    static let formatVersion = 1
    private static let formatPrefix = "aftertone data "

    /// Names that may be there before the format file is, because making a directory can be interrupted; and what the
    /// root of a file system holds.
    private static let expected: Set<String> = ["lock", "secret.key", "lost+found"]

    /// Opens a data directory. Blocks.
    /// - Parameter creating: whether one that is missing or empty is made.
    /// - Throws: `DataDirectoryError`.
    /// - Parameter key: the secret of one that is made, where it is not for chance to choose.
    public static func open(_ path: String, creating: Bool, key: InstallationKey? = nil) throws(DataDirectoryError) -> DataDirectory {
        let directory = DataDirectory(path: path)
        try directory.requireOwner()
        if try !directory.isComplete() {
            guard try !directory.isRestoring() else { throw .restoring(path: path) }
            guard creating else { throw .missing(path: path) }
            try directory.make(key)
        }
        try directory.checkFormat()
        return directory
    }

    /// The server's secret.
    /// - Throws: `DataDirectoryError.damaged` when it is not there: a new one would lock everybody out.
    public func readSecretKey() throws(DataDirectoryError) -> InstallationKey {
        guard try DurableFile.read(nextSecretKey) == nil else { throw .rotating(path: path) }
        guard let key = try readKey(secretKey) else { throw .damaged("\(secretKey) is missing; it is in every backup") }
        return key
    }

    func readKey(_ file: String) throws(DataDirectoryError) -> InstallationKey? {
        guard let bytes = try DurableFile.read(file) else { return nil }
        guard let key = InstallationKey(bytes) else {
            throw .damaged("\(file) has \(bytes.count) bytes instead of \(InstallationKey.halfBytes) or \(2 * InstallationKey.halfBytes)")
        }
        return key
    }

    static let restoreMarkName = "restoring"

    /// Writes the file that makes the directory one of ours. The last step of making one.
    func writeFormat() throws(DataDirectoryError) {
        try DurableFile.write(Array("\(Self.formatPrefix)\(Self.formatVersion)\n".utf8), to: format)
    }

    func isComplete() throws(DataDirectoryError) -> Bool { try DurableFile.read(format) != nil }

    private func make(_ key: InstallationKey?) throws(DataDirectoryError) {
        try DurableFile.makeDirectory(path)
        do { try requireNothingForeign() } catch {
            // Somebody else may just have finished it.
            if try isComplete() { return }
            throw error
        }
        let lock = try FileLock.acquire(storageLock, .exclusive)
        defer { lock.release() }
        if try isComplete() { return }
        if try DurableFile.read(secretKey) == nil {
            try DurableFile.write((key ?? .random()).bytes, to: secretKey)
        }
        try writeFormat()
    }

    /// Whether this is another directory, or below it, whatever links lead there.
    func isWithin(_ other: DataDirectory) -> Bool { FilePath(path).resolved.starts(with: FilePath(other.path).resolved) }

    /// Refuses to settle in a directory that belongs to something else.
    func requireNothingForeign() throws(DataDirectoryError) {
        for name in try DurableFile.names(in: path) where !Self.expected.contains(name) && !name.hasSuffix(DurableFile.partialSuffix) {
            throw .foreign(path: path, name: name)
        }
    }

    func checkFormat() throws(DataDirectoryError) {
        let text = String(decoding: try DurableFile.read(format) ?? [], as: UTF8.self)
        guard text.hasPrefix(Self.formatPrefix),
            let version = Int(text.dropFirst(Self.formatPrefix.count).trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw .damaged("\(format) does not say which format this is") }
        guard version <= Self.formatVersion else { throw .newer(path: path, version: version) }
    }
}

/// Why a data directory cannot be used.
public enum DataDirectoryError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Nothing is there, or an empty directory.
    case missing(path: String)
    /// The directory belongs to something else.
    case foreign(path: String, name: String)
    /// Written by a later version.
    case newer(path: String, version: Int)
    case damaged(String)
    /// The key is being rotated, or that was cut off.
    case rotating(path: String)
    /// A restore is at work, or was cut off.
    case restoring(path: String)
    /// The files belong to another user, who could not open what this one would write.
    case foreignOwner(path: String, owner: String, name: String?)
    /// Another server works on it.
    case inUse(path: String, process: String)
    /// The machine refused.
    case failed(String)

    public var description: String {
        switch self {
        case .missing(let path): "there is no Aftertone data in \(path)"
        case .foreign(let path, let name): "\(path) is no Aftertone data directory, and not empty: it holds \(name)"
        case .newer(let path, let version):
            "\(path) was written by a newer version of Aftertone (format \(version), this one knows \(DataDirectory.formatVersion))"
        case .damaged(let what): what
        case .inUse(let path, let process): "another server is running on \(path)\(process.isEmpty ? "" : " (process \(process))")"
        case .rotating(let path): "the key of \(path) is being renewed, or that was cut off: run `aftertone rotate-key` again"
        case .restoring(let path): "\(path) is being restored, or a restore was cut off: run `aftertone restore` again"
        case .foreignOwner(let path, let owner, let name):
            "\(path) belongs to \(owner): run this as that user" + (name.map { ", as in `runuser -u \($0) -- aftertone …`" } ?? "")
        case .failed(let what): what
        }
    }
}
