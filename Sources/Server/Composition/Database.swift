import Crypto
import Foundation
import PostgresStore
import SQLiteStore
import Voicemail

/// Opens the database that a configuration names: a file of the data directory, or one that several processes share. Blocks.
struct Database: Sendable {
    let store: any MaintainedStore
    let close: @Sendable () throws -> Void

    /// - Parameter isRotating: whether what is sealed in it may be under another key than this one.
    /// - Throws: `StoreOpenError`, `PostgresOpenError`, `StoreError`.
    static func open(at site: StorageSite, isRotating: Bool = false) throws -> Database {
        let use = site.use, key = site.key, instruments = site.instruments
        if var options = site.configuration.postgres {
            // A command asks one thing after the other.
            if use != .server { options.pool = 2 }
            options.opensWhatMoves = use == .moves
            let store = try PostgresStore(
                options, key: fingerprint(of: key), sealingKey: isRotating ? nil : sealingFingerprint(of: key), onCommit: { instruments?.committed($0) })
            return Database(store: store) { store.close() }
        }
        var options = site.configuration.store
        if use != .server { options.readers = use == .moves ? 2 : 1 }
        options.opensWhatMoves = use == .moves
        let store = try SQLiteStore(path: site.directory.database, options: options, onCommit: { instruments?.committed($0) })
        return Database(store: store) { try store.close() }
    }

    /// Where several processes share a database, its clock holds for all of them. A test's clock is left alone.
    /// - Throws: `StoreError`.
    func clock(_ machine: any WallClock) async throws -> any WallClock {
        guard let store = store as? PostgresStore, machine is SystemClock else { return machine }
        return try await DatabaseClock.start(over: store)
    }

    /// Tells installations apart, and nothing of their keys.
    static func fingerprint(of key: InstallationKey) -> String { code("aftertone installation", key.identity) }

    /// Tells keys of one installation apart, of before a rotation and after it.
    static func sealingFingerprint(of key: InstallationKey) -> String { code("aftertone sealing", key.sealing) }

    private static func code(_ text: String, _ key: [UInt8]) -> String {
        HexID.encode(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: key)))
    }
}
