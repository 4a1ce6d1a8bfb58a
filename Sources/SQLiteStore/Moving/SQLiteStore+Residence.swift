import GRDB
import StoredRows
import Synchronization
import Voicemail

/// Where the installation lives is kept in the file's `user_version`, which belongs to whoever made the file, and so is read before anything else.
extension StoreResidence {
    init(version: Int) {
        self =
            switch version {
            // 1 is what builds before the first release wrote.
            case 1, Self.arrivingVersions: .arriving
            case Self.goneVersion: .gone
            default: .here
            }
    }

    fileprivate static let hereVersion = 0, goneVersion = 2
    /// One is drawn by each who begins to fill the file, and is the mark that he is known by.
    fileprivate static let arrivingVersions = 1000...Int(Int32.max)

    fileprivate static func version(_ database: Database) throws -> Int { try Int.fetchOne(database, sql: "PRAGMA user_version") ?? hereVersion }

    static func of(_ database: Database) throws -> StoreResidence { StoreResidence(version: try version(database)) }
}

extension SQLiteStore {
    public func residence() async throws -> StoreResidence {
        try await onThread { [writer] in try writer.inDatabase { try StoreResidence.of($0) } }
    }

    public func beginFilling(_ found: StoreResidence) async throws {
        let mark = Int.random(in: StoreResidence.arrivingVersions)
        try await onThread { [writer] in
            try writer.inDatabase { database in
                try database.inTransaction(.immediate) {
                    try FillingRefusal.check(StoreResidence.of(database), isStill: found)
                    try database.execute(sql: "PRAGMA user_version = \(mark)")
                    return .commit
                }
            }
            // Triggers keep writers out of a database whose installation has moved away.
            try Migrations.run(on: writer)
        }
        filling.withLock { $0 = mark }
    }

    public func endFilling() async throws {
        let mark = filling.withLock { $0 }
        try await onThread { [writer] in
            try writer.inDatabase { database in
                try database.inTransaction(.immediate) {
                    try Self.checkFilling(StoreResidence.version(database), mark)
                    try database.execute(sql: "PRAGMA user_version = \(StoreResidence.hereVersion)")
                    return .commit
                }
            }
        }
    }

    public func checkFilling() async throws {
        let mark = filling.withLock { $0 }
        try await transaction { try Self.checkFilling($0, mark) }
    }

    /// Within the transaction that changes something: whoever would take the file over waits for its end.
    static func checkFilling(_ transaction: Transaction, _ mark: Int?) throws {
        var run = try transaction.connection.prepare("PRAGMA user_version")
        guard try run.step() else { throw StoreError.failed("the database does not say where its installation lives") }
        try checkFilling(run.int(0), mark)
    }

    private static func checkFilling(_ version: Int, _ mark: Int?) throws {
        try FillingRefusal.check(StoreResidence(version: version), isOurs: version == mark)
    }

    public func holdWrites() async throws -> any WriteHold {
        try await onThread { [writer] in try writer.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE TRANSACTION") } }
        return Hold(store: self)
    }

    /// The connection that writes is in a transaction, which nobody else can be in.
    private struct Hold: WriteHold {
        let store: SQLiteStore

        func release() async throws {
            try await store.onThread { [writer = store.writer] in try writer.inDatabase { try $0.rollback() } }
        }

        /// Triggers keep out servers that have the file open; those that open it see where the installation lives.
        func close() async throws {
            try await store.onThread { [writer = store.writer] in
                try writer.inDatabase { database in
                    let tables = try String.fetchAll(
                        database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
                    for table in tables {
                        for change in ["INSERT", "UPDATE", "DELETE"] {
                            try database.execute(
                                sql: """
                                    CREATE TRIGGER \(SQLiteStore.quoted("gone_\(change.lowercased())_\(table)")) BEFORE \(change) ON \(SQLiteStore.quoted(table))
                                    BEGIN SELECT RAISE(ABORT, 'the installation has moved, and this database takes no changes'); END
                                    """)
                        }
                    }
                    try database.execute(sql: "PRAGMA user_version = \(StoreResidence.goneVersion)")
                    try database.execute(sql: "COMMIT TRANSACTION")
                }
            }
        }
    }
}
