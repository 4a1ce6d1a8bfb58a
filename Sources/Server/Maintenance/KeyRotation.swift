import NIOPosix
import Voicemail

/// Gives an installation another key for what it seals and signs, while no server works on it.
///
/// The new key is durable before anything is sealed under it, and takes the old one's place when everything is. In between nothing opens the data
/// directory but another attempt, which may be made as often as it is cut off.
public struct KeyRotation: Sendable {
    public enum Refused: Error, Equatable, CustomStringConvertible {
        case serversRun(Int)

        public var description: String {
            switch self {
            case .serversRun(let count):
                "\(count == 1 ? "a server works" : "\(count) servers work") on the database: stop them, and wait for a minute and a half if one was killed"
            }
        }
    }

    private let configuration: Configuration

    public init(_ configuration: Configuration) { self.configuration = configuration }

    /// - Throws: `Refused`, `DataDirectoryError`, `StoreOpenError`, `PostgresOpenError`, `StoreError`.
    public func run() async throws -> ResealedPINs {
        let (directory, locks) = try await blocking { [configuration] in
            let directory = try DataDirectory.open(configuration.data, creating: false)
            return (directory, try DirectoryLocks.take(directory, for: .server))
        }
        defer { locks.release() }
        let (old, new) = try await blocking { try directory.keysOfRotation() }
        let database = try await blocking { [configuration] in
            try Database.open(at: StorageSite(configuration: configuration, directory: directory, key: old, use: .looks), isRotating: true)
        }
        let result = await Result.of {
            try await reseal(database.store, from: old, to: new, at: database.clock(SystemClock()).now)
        }
        try await blocking { try database.close() }
        let sealed = try result.get()
        try await blocking { try directory.takeNextSecretKey() }
        return sealed
    }

    private func reseal(_ store: any MaintainedStore, from old: InstallationKey, to new: InstallationKey, at now: Timestamp) async throws -> ResealedPINs {
        let before = Secrets(key: old, pool: .singleton), after = Secrets(key: new, pool: .singleton)
        return try await store.rekey(Database.sealingFingerprint(of: new)) { writer in
            // In the transaction: a server that starts meanwhile says that it lives before this is read, or finds the new key afterwards (`Presence`).
            let living = try writer.livingProcesses(at: now)
            guard living == 0 else { throw Refused.serversRun(living) }
            return try writer.resealPINs(from: before, to: after)
        }
    }
}

extension Result where Failure == any Error {
    fileprivate static func of(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

extension DataDirectory {
    /// The key that holds, and the one to come: that of an earlier attempt, or a new one, which is durable then. Blocks.
    fileprivate func keysOfRotation() throws(DataDirectoryError) -> (old: InstallationKey, new: InstallationKey) {
        guard let old = try readKey(secretKey) else { throw .damaged("\(secretKey) is missing; it is in every backup") }
        if let new = try readKey(nextSecretKey) { return (old, new) }
        let new = old.renewed()
        try DurableFile.write(new.bytes, to: nextSecretKey)
        return (old, new)
    }

    fileprivate func takeNextSecretKey() throws(DataDirectoryError) {
        try DurableFile.rename(nextSecretKey, to: secretKey)
        try DurableFile.syncDirectory(path)
    }
}
