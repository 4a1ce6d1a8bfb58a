import Foundation
import GRDB
import Voicemail

/// How connections are opened and set up.
enum Opening {
    static func writer(_ path: String, _ options: StoreOptions) throws -> DatabaseQueue {
        if (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0 > 0 {
            // With a connection that cannot write: not even the journal mode of a foreign file may change.
            let looking = try reader(path, options)
            try Migrations.check(looking, path: path)
            try looking.close()
        }
        var configuration = configuration(options, cacheKibibytes: options.writerCacheKibibytes)
        configuration.journalMode = .wal
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try Migrations.run(on: queue)
        try queue.inDatabase { database in
            // Only now: GRDB sets NORMAL when it turns the write-ahead log on, which does not sync commits.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2 else {
                throw StoreError.failed("commits cannot be made durable")
            }
        }
        return queue
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
            try database.execute(sql: "PRAGMA cache_size = \(-cacheKibibytes)")
            guard !database.configuration.readonly else { return }
            // A log that is overwritten in place syncs faster than one that grows; it is cut when it has grown
            // far beyond what a checkpoint leaves.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(options.checkpointPages)")
            try database.execute(sql: "PRAGMA journal_size_limit = \(options.checkpointPages * 4096 * 4)")
            if let pages = options.maximumPages { try database.execute(sql: "PRAGMA max_page_count = \(pages)") }
        }
        return configuration
    }
}
