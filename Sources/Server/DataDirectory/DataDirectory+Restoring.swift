import Foundation

/// A directory that a restore is filling carries a mark from before the first file until after the last, so that the next restore may
/// clear away what a killed one left and touches nothing else.
extension DataDirectory {
    func isRestoring() throws(DataDirectoryError) -> Bool { try DurableFile.read(restoreMark) != nil }

    /// Everything a restore makes before the directory is complete.
    private var restored: [String] { ["", "-wal", "-shm", "-journal"].map { databaseName + $0 } + ["secret.key", "blobs"] }

    /// Refuses a marked directory that holds something a restore does not make.
    func requireOnlyRestored() throws(DataDirectoryError) {
        let expected = Set(restored + [Self.restoreMarkName, "lock", "lost+found"])
        for name in try DurableFile.names(in: path) where !expected.contains(name) && !name.hasSuffix(DurableFile.partialSuffix) {
            throw .foreign(path: path, name: name)
        }
    }

    /// Leaves the directory as empty as it was. The mark goes last.
    func discardRestored(keepingLock: Bool = false) throws {
        let partial = try DurableFile.names(in: path).filter { $0.hasSuffix(DurableFile.partialSuffix) }
        for name in restored + partial + (keepingLock ? [] : ["lock"]) { try DurableFile.removeTree("\(path)/\(name)") }
        try DurableFile.syncDirectory(path)
        try DurableFile.remove(restoreMark)
    }
}
