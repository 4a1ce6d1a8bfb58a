import CPostgres
import Glibc
import StoredRows

/// What the database answered to one statement, in binary. Owns libpq's memory.
final class Answer {
    private let result: OpaquePointer

    /// - Parameter result: a `PGresult`, which is this answer's from here on.
    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    var isFailure: Bool {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: false
        default: true
        }
    }

    /// Whether this is the mark behind several statements, and no answer.
    var isSync: Bool { PQresultStatus(result) == PGRES_PIPELINE_SYNC }

    /// Whether the statement was not run, because one before it failed.
    var wasLeftOut: Bool { PQresultStatus(result) == PGRES_PIPELINE_ABORTED }

    /// SQLSTATE; empty where there is none.
    var state: String { aftertone_postgres_state(result).map { String(cString: $0) } ?? "" }

    /// Without the details, which quote values.
    var message: String { aftertone_postgres_message(result).map { String(cString: $0) } ?? "" }

    /// "COMMIT", "ROLLBACK".
    var tag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    var count: Int32 { PQntuples(result) }

    /// Rows that the statement changed.
    var changes: Int { PQcmdTuples(result).map { Int(String(cString: $0)) ?? 0 } ?? 0 }

    func row(_ index: Int32) -> Row { Row(answer: self, index: index) }

    var first: Row? { count > 0 ? row(0) : nil }

    var rows: [Row] { (0..<count).map(row) }

    /// The type of the first column that this store does not read; nil when it reads all of them.
    var unknownType: UInt32? {
        for column in 0..<PQnfields(result) {
            let type = PQftype(result, column)
            if !Self.isKnown(type) { return type }
        }
        return nil
    }

    /// bool, bytea, int8, int2, int4, text, oid, xid, xid8.
    private static func isKnown(_ type: UInt32) -> Bool {
        switch type {
        case 16, 17, 20, 21, 23, 25, 26, 28, 5069: true
        default: false
        }
    }

    fileprivate func type(_ column: Int32) -> UInt32 { PQftype(result, column) }

    fileprivate func isNull(_ row: Int32, _ column: Int32) -> Bool { PQgetisnull(result, row, column) == 1 }

    fileprivate func bytes(_ row: Int32, _ column: Int32) -> UnsafeBufferPointer<UInt8> {
        let length = Int(PQgetlength(result, row, column))
        guard let start = PQgetvalue(result, row, column) else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: length)
    }
}

/// A row of an answer.
struct Row: StoredRow {
    fileprivate let answer: Answer
    fileprivate let index: Int32
    /// Where its columns begin.
    fileprivate var first: Int32 = 0

    /// The same row without its first columns.
    func dropping(_ columns: Int) -> Row { Row(answer: answer, index: index, first: first + Int32(columns)) }

    func isNull(_ column: Int32) -> Bool { answer.isNull(index, first + column) }

    /// Whole numbers come in one, two, four or eight bytes, the most significant first.
    func int(_ column: Int32) -> Int {
        let bytes = answer.bytes(index, first + column)
        guard let highest = bytes.first, bytes.count <= 8 else { return 0 }
        var number = bytes.count == 1 ? Int(highest) : Int(Int8(bitPattern: highest))
        for place in 1..<max(1, bytes.count) { number = number << 8 | Int(bytes[place]) }
        return number
    }

    func text(_ column: Int32) -> String { withBytes(column) { String(decoding: $0, as: UTF8.self) } }

    func read(_ column: Int32, into value: inout String) {
        withBytes(column) { bytes in
            let isSame = value.withUTF8 { old in
                guard old.count == bytes.count, let left = old.baseAddress, let right = bytes.baseAddress else { return false }
                return memcmp(left, right, bytes.count) == 0
            }
            if !isSame { value = String(decoding: bytes, as: UTF8.self) }
        }
    }

    /// A value as it is.
    func value(_ column: Int32) -> StoredValue {
        guard !isNull(column) else { return .null }
        switch answer.type(first + column) {
        case Parameters.Kind.bytes.rawValue: return .bytes(bytes(column) ?? [])
        case Parameters.Kind.text.rawValue: return .text(text(column))
        default: return .int(int(column))
        }
    }

    func bytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : Array(answer.bytes(index, first + column)) }

    func withBytes<Value>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) throws -> Value) rethrows -> Value {
        try StoredText.withBytes(of: answer.bytes(index, first + column), body)
    }
}
