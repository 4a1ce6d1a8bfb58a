import Voicemail

/// What lies in the 256 directories, read a few entries at a time: neither listing nor counting holds all names.
extension FileArchive {
    public func list(_ visit: @Sendable (BlobID, Int) async throws -> Void) async throws {
        for prefix in BlobLayout.prefixes {
            let directory = try await openDirectory(prefix)
            while let entries = try await next(in: directory) {
                for entry in entries { try await visit(entry.id, entry.size) }
            }
        }
    }

    func openDirectory(_ prefix: String) async throws(ArchiveError) -> DirectoryReader {
        let path = layout.directory(prefix)
        return try await system(others) { () throws(SystemError) in try DirectoryReader(path: path) }
    }

    /// Some more entries; nil at the end.
    func next(in directory: DirectoryReader) async throws(ArchiveError) -> [DirectoryReader.Entry]? {
        let entries = try await system(others) { () throws(SystemError) in try directory.next(256) }
        return entries.isEmpty ? nil : entries
    }
}
