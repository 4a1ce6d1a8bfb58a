import Voicemail

/// Where blobs lie: `ROOT/ab/abcdef…`, two digits of the name spread them over 256 directories so that
/// millions stay quick to find. The directories are created once, so that no deposit ever creates one.
struct BlobLayout: Sendable {
    /// The end of a name that is not locked yet; see `PreparedFiles`.
    static let unlockedSuffix = ".new"

    let root: String

    func directory(_ prefix: String) -> String { root + "/" + prefix }

    func path(_ id: BlobID) -> String { directory(Self.prefix(of: id)) + "/" + id.hex }

    /// The file that `FileArchive.unavailability` writes.
    var probe: String { root + "/.probe" }

    static func prefix(of id: BlobID) -> String { String(id.hex.prefix(2)) }

    /// `00`…`ff`.
    static let prefixes: [String] = (0...255).map { HexID.encode(CollectionOfOne(UInt8($0))) }

    /// Creates what is missing of the root, its ancestors and the 256 directories, and makes it durable.
    func create(_ fileSystem: FileSystem) throws(SystemError) {
        try Self.createDirectory(root, fileSystem)
        // Files are made in one of the 256 at a time. ext4 would lay them into one group of inodes, and whoever makes one there first goes
        // through those that were removed lately, where it has no journal.
        fileSystem.spreadSubdirectories(root)
        var isNew = false
        for prefix in Self.prefixes where try fileSystem.makeDirectory(directory(prefix)) { isNew = true }
        if isNew { try fileSystem.syncDirectory(root) }
    }

    /// Creates a directory with its ancestors; each new entry is synced into its parent.
    private static func createDirectory(_ path: String, _ fileSystem: FileSystem) throws(SystemError) {
        var parent = path.hasPrefix("/") ? "/" : "."
        var current = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            current += "/" + part
            if try fileSystem.makeDirectory(current) { try fileSystem.syncDirectory(parent) }
            parent = current
        }
    }
}
