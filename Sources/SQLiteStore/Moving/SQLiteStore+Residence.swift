import GRDB
import StoredRows
import Voicemail

/// Where the installation lives is kept in the file's `user_version`, which belongs to whoever made the file, and so is read before anything else.
extension StoreResidence {
    init(version: Int) {
        self =
            switch version {
            case 1: .arriving
            case 2: .gone
            default: .here
            }
    }

    fileprivate var version: Int {
        switch self {
        case .here: 0
        case .arriving: 1
        case .gone: 2
        }
    }

    static func of(_ database: Database) throws -> StoreResidence {
        StoreResidence(version: try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0)
    }
}

extension SQLiteStore {
    public func residence() async throws -> StoreResidence {
        try await onThread { [writer] in try writer.inDatabase { try StoreResidence.of($0) } }
    }

    public func settle(_ residence: StoreResidence) async throws {
        try await onThread { [writer] in
            try writer.inDatabase { try $0.execute(sql: "PRAGMA user_version = \(residence.version)") }
            // Triggers keep writers out of a database whose installation has moved away.
            try Migrations.run(on: writer)
        }
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
                    try database.execute(sql: "PRAGMA user_version = \(StoreResidence.gone.version)")
                    try database.execute(sql: "COMMIT TRANSACTION")
                }
            }
        }
    }
}
