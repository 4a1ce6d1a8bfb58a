import Crypto
import Foundation
import PostgresStore
import SQLiteStore
import Voicemail

/// Opens the database that a configuration names: a file of the data directory, or one that several processes share. Blocks.
struct Database: Sendable {
    let store: any MaintainedStore
    let close: @Sendable () throws -> Void

    /// - Throws: `StoreOpenError`, `PostgresOpenError`, `StoreError`.
    static func open(_ configuration: Configuration, in directory: DataDirectory, key: [UInt8], for use: DirectoryUse, _ instruments: StorageInstruments?)
        throws -> Database
    {
        if var options = configuration.postgres {
            // A command asks one thing after the other.
            if use != .server { options.pool = 2 }
            options.opensWhatMoves = use == .moves
            let store = try PostgresStore(options, key: fingerprint(of: key), onCommit: { instruments?.committed($0) })
            return Database(store: store) { store.close() }
        }
        var options = configuration.store
        if use != .server { options.readers = use == .moves ? 2 : 1 }
        options.opensWhatMoves = use == .moves
        let store = try SQLiteStore(path: directory.database, options: options, onCommit: { instruments?.committed($0) })
        return Database(store: store) { try store.close() }
    }

    /// Where several processes share a database, its clock holds for all of them. A test's clock is left alone.
    /// - Throws: `StoreError`.
    func clock(_ machine: any WallClock) async throws -> any WallClock {
        guard let store = store as? PostgresStore, machine is SystemClock else { return machine }
        return try await DatabaseClock.start(over: store)
    }

    /// Tells keys apart, and nothing of them.
    static func fingerprint(of key: [UInt8]) -> String {
        HexID.encode(HMAC<SHA256>.authenticationCode(for: Data("aftertone installation".utf8), using: SymmetricKey(data: key)))
    }
}
