import Foundation
import GRDB
import GRDBSQLite
import StoredRows
import Voicemail

/// One run of a prepared statement; ends with the scope.
struct Execution: StoredRow, StoredParameters, ~Copyable {
    private let statement: Statement
    private let handle: OpaquePointer
    private let connection: Connection
    private var bound: Int32 = 0
    private var bindFailure = SQLITE_OK

    init(_ statement: Statement, on connection: Connection) {
        self.statement = statement
        self.connection = connection
        handle = statement.sqliteStatement
    }

    deinit {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    // MARK: Binding, from the first parameter to the last

    mutating func bind(_ value: Int) {
        bound += 1
        note(sqlite3_bind_int64(handle, bound, Int64(value)))
    }

    mutating func bind(_ value: Int?) {
        guard let value else { return bindNull() }
        bind(value)
    }

    mutating func bind(_ text: String) {
        bound += 1
        var text = text
        let code = text.withUTF8 { bytes in
            // The static destructor type has no Swift name; -1 asks SQLite for a copy.
            let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            return bytes.withMemoryRebound(to: CChar.self) { characters in
                if let base = characters.baseAddress {
                    sqlite3_bind_text64(handle, bound, base, sqlite3_uint64(characters.count), copied, UInt8(SQLITE_UTF8))
                } else {
                    sqlite3_bind_text64(handle, bound, "", 0, copied, UInt8(SQLITE_UTF8))
                }
            }
        }
        note(code)
    }

    mutating func bind(_ text: String?) {
        guard let text else { return bindNull() }
        bind(text)
    }

    mutating func bind(_ bytes: [UInt8]?) {
        guard let bytes else { return bindNull() }
        bound += 1
        note(
            bytes.withUnsafeBytes { raw in
                // The static destructor type has no Swift name; -1 asks SQLite for a copy.
                sqlite3_bind_blob64(handle, bound, raw.baseAddress, sqlite3_uint64(raw.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            })
    }

    /// A value above every text: SQLite orders blobs after texts.
    mutating func bindAboveEveryText() {
        bound += 1
        note(sqlite3_bind_zeroblob(handle, bound, 0))
    }

    mutating func bind(_ value: StoredValue) {
        switch value {
        case .null: bindNull()
        case .int(let value): bind(value)
        case .text(let text): bind(text)
        case .bytes(let bytes): bind(bytes)
        }
    }

    private mutating func bindNull() {
        bound += 1
        note(sqlite3_bind_null(handle, bound))
    }

    private mutating func note(_ code: Int32) {
        if bindFailure == SQLITE_OK { bindFailure = code }
    }

    // MARK: Running

    /// Runs to the next row.
    /// - Returns: false when there is none.
    mutating func step() throws -> Bool {
        guard bindFailure == SQLITE_OK else { throw connection.failure(bindFailure) }
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.failure(code)
        }
    }

    /// Runs to the end.
    mutating func run() throws {
        while try step() {}
    }

    // MARK: The row, by column from 0

    func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// Puts the text into `value`, unless it is there already, which saves making it again.
    func read(_ column: Int32, into value: inout String) {
        withBytes(column) { bytes in
            let length = value.utf8.count
            let isSame = value.withUTF8 { old in
                guard let old = old.baseAddress, let new = bytes.baseAddress, length == bytes.count else { return false }
                return memcmp(old, new, bytes.count) == 0
            }
            if !isSame { value = String(decoding: bytes, as: UTF8.self) }
        }
    }

    /// The bytes of a blob.
    func bytes(_ column: Int32) -> [UInt8]? {
        guard !isNull(column) else { return nil }
        let start = sqlite3_column_blob(handle, column)
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A value as it is.
    func value(_ column: Int32) -> StoredValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .int(int(column))
        case SQLITE_BLOB: .bytes(bytes(column) ?? [])
        default: .text(text(column))
        }
    }

    /// The text's bytes, valid during `body`.
    func withBytes<Value>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) throws -> Value) rethrows -> Value {
        let start = sqlite3_column_text(handle, column)
        return try body(UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
