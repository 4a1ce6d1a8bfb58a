import Voicemail

/// For what has to lay blobs out as the archive does, because they come from elsewhere: backup and restore.
extension FileArchive {
    /// Where a blob lies below the archive's directory.
    public static func relativePath(of id: BlobID) -> String { BlobLayout.prefix(of: id) + "/" + id.hex }

    /// The names of the directories that hold blobs.
    public static var prefixes: [String] { BlobLayout.prefixes }
}
