import Foundation
import GRDB
import GRDBSQLite
import Voicemail

/// How connections are opened and set up.
enum Opening {
    private static let pageBytes = 4096

    /// Opens the connection that writes. Turning the write-ahead log on and creating the first tables do not wait
    /// for other processes that are just doing the same, so that is tried again.
    static func writer(_ path: String, _ options: StoreOptions) throws -> DatabaseQueue {
        let deadline = ContinuousClock.now + .seconds(options.busySeconds)
        while true {
            do {
                return try writerOnce(path, options)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < deadline {
                Thread.sleep(forTimeInterval: retryInterval)
            }
        }
    }

    private static let retryInterval = 0.01

    private static func writerOnce(_ path: String, _ options: StoreOptions) throws -> DatabaseQueue {
        if (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0 > 0 {
            // With a connection that cannot write: not even the journal mode of a foreign file may change.
            let looking = try reader(path, options)
            try Migrations.check(looking, path: path, opensWhatMoves: options.opensWhatMoves)
            try looking.close()
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration(options, cacheKibibytes: options.writerCacheKibibytes))
        try queue.inDatabase { database in
            // Not with GRDB's setting, which writes to the database each time it is opened: a full disk would keep the server
            // from starting. And GRDB would set NORMAL, which does not sync commits.
            guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                throw StoreError.failed("the database has no write-ahead log")
            }
            try database.execute(sql: "PRAGMA synchronous = FULL")
            guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2 else {
                throw StoreError.failed("commits cannot be made durable")
            }
        }
        try Migrations.run(on: queue)
        return queue
    }

    /// See https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html, PERSIST_WAL.
    private static func keepLog(_ database: Database) throws {
        var on: Int32 = 1
        let code = sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &on)
        guard code == SQLITE_OK else { throw Fault.error(code, on: database.sqliteConnection) }
    }

    static func reader(_ path: String, _ options: StoreOptions) throws -> DatabaseQueue {
        var configuration = configuration(options, cacheKibibytes: options.readerCacheKibibytes)
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func configuration(_ options: StoreOptions, cacheKibibytes: Int) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(options.busySeconds)
        configuration.foreignKeysEnabled = true
        // Every access ends its own transaction; a rollback that fails is an error, not the end of the process.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            if options.keepsLog { try keepLog(database) }
            try database.execute(sql: "PRAGMA cache_size = \(-cacheKibibytes)")
            // Savepoints keep their undo pages in memory; in a file they are most of the work of a batch.
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            guard !database.configuration.readonly else { return }
            // `Checkpointer` sees to the log; after it has grown for a long reader it is cut again.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try database.execute(sql: "PRAGMA journal_size_limit = \(options.checkpointPages * pageBytes * 2)")
            try database.execute(sql: "PRAGMA page_size = \(pageBytes)")
            if let pages = options.maximumPages { try database.execute(sql: "PRAGMA max_page_count = \(pages)") }
        }
        return configuration
    }
}
