import Logging
import NIOPosix

/// Which part of a data directory's work a process does; others can tell by the locks.
///
/// A blob is in the archive a moment before its row is in the store. A sweep that saw it then would take it for what
/// a crash left behind. So whoever stores audio holds the storage lock shared, and the sweep holds it alone.
public enum DirectoryUse: Sendable {
    /// The one server of the directory.
    case server
    /// A command that stores audio.
    case storesAudio
    /// A command that does not.
    case looks
}

/// The locks of one process on a data directory.
final class DirectoryLocks: Sendable {
    private let server: FileLock?
    private let storage: FileLock?
    /// Whether nobody else can be storing audio, until `share` is called.
    let isAlone: Bool

    private init(server: FileLock?, storage: FileLock?, isAlone: Bool) {
        self.server = server
        self.storage = storage
        self.isAlone = isAlone
    }

    /// Blocks while a server that starts is sweeping.
    /// - Throws: `DataDirectoryError.inUse` for a second server.
    static func take(_ directory: DataDirectory, for use: DirectoryUse) throws(DataDirectoryError) -> DirectoryLocks {
        switch use {
        case .looks: return DirectoryLocks(server: nil, storage: nil, isAlone: false)
        case .storesAudio: return DirectoryLocks(server: nil, storage: try .acquire(directory.storageLock, .shared), isAlone: false)
        case .server:
            guard let server = try FileLock.attempt(directory.serverLock, .exclusive) else {
                let process = try DurableFile.read(directory.serverLock).map { String(decoding: $0, as: UTF8.self) }
                throw .inUse(path: directory.path, process: process ?? "")
            }
            server.sign(String(getpid()))
            if let alone = try FileLock.attempt(directory.storageLock, .exclusive) {
                return DirectoryLocks(server: server, storage: alone, isAlone: true)
            }
            return DirectoryLocks(server: server, storage: try .acquire(directory.storageLock, .shared), isAlone: false)
        }
    }

    /// Lets others store audio too. Blocks for no time that counts: nobody can hold the lock alone for long.
    func share() throws(DataDirectoryError) { try storage?.change(to: .shared) }

    func release() {
        storage?.release()
        server?.release()
    }
}
