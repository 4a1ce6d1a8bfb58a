import Foundation
import GRDB
import GRDBSQLite
import Voicemail

/// One access to a connection of GRDB's, on that connection's thread.
///
/// GRDB opens, caches statements, migrates and copies. Values are bound and read by `Execution`, because GRDB hands
/// text over as C strings: whatever follows a NUL is lost (promise 5 wants every byte back).
final class Connection {
    let database: Database
    let handle: OpaquePointer
    private let inTransaction: Bool
    /// What ended the transaction from inside SQLite, as a full disk does. Nothing may run after it: it
    /// would commit on its own.
    private(set) var lost: StoreError?

    init(_ database: Database, inTransaction: Bool) throws {
        guard let handle = database.sqliteConnection else { throw StoreError.failed("the database is closed") }
        self.database = database
        self.handle = handle
        self.inTransaction = inTransaction
    }

    /// Whether a visitor is looking at a row. He asks nothing meanwhile: other stores hold one conversation with their database.
    private var isVisited = false

    /// A run of `sql`, which must be a constant: the statement stays cached.
    func prepare(_ sql: String) throws -> Execution {
        if let lost { throw lost }
        guard !isVisited else { throw StoreError.failed("a visitor asks the store for more") }
        return Execution(try database.cachedStatement(sql: sql), on: self)
    }

    /// Shows a visitor a row.
    func visit<Row>(_ row: Row, _ visit: (Row) throws -> Bool) throws -> Bool {
        isVisited = true
        defer { isVisited = false }
        return try visit(row)
    }

    /// Rows the last statement changed, those of triggers not counted.
    var changes: Int { Int(sqlite3_changes(handle)) }

    var lastSerial: Int { Int(sqlite3_last_insert_rowid(handle)) }

    /// Translates a code of SQLite's into an error, and notes when it has ended the transaction.
    func failure(_ code: Int32) -> StoreError {
        let error = Fault.error(code, on: handle)
        if inTransaction, sqlite3_get_autocommit(handle) != 0 { lost = error }
        return error
    }
}
