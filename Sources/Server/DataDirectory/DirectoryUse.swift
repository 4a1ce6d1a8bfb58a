import Logging
import NIOPosix

/// Which part of a data directory's work a process does; others can tell by the locks.
///
/// A process that stores audio holds the storage lock shared; a restore holds it alone.
public enum DirectoryUse: Sendable {
    /// The one server of the directory.
    case server
    /// A command that stores audio.
    case storesAudio
    /// A command that copies everything to another place, or from one. No lock keeps others from the same place: the later of two goes on (`MovableStore`).
    case moves
    /// A command that does not.
    case looks
}

/// The locks of one process on a data directory.
final class DirectoryLocks: Sendable {
    private let server: FileLock?
    private let storage: FileLock?

    private init(server: FileLock?, storage: FileLock?) {
        self.server = server
        self.storage = storage
    }

    /// Blocks while a restore is at work.
    /// - Throws: `DataDirectoryError.inUse` for a second server.
    static func take(_ directory: DataDirectory, for use: DirectoryUse) throws(DataDirectoryError) -> DirectoryLocks {
        switch use {
        case .looks: return DirectoryLocks(server: nil, storage: nil)
        case .storesAudio, .moves: return DirectoryLocks(server: nil, storage: try .acquire(directory.storageLock, .shared))
        case .server:
            guard let server = try FileLock.attempt(directory.serverLock, .exclusive) else {
                let process = try DurableFile.read(directory.serverLock).map { String(decoding: $0, as: UTF8.self) }
                throw .inUse(path: directory.path, process: process ?? "")
            }
            server.sign(String(getpid()))
            return DirectoryLocks(server: server, storage: try .acquire(directory.storageLock, .shared))
        }
    }

    func release() {
        storage?.release()
        server?.release()
    }
}
