import GRDB
import GRDBSQLite
import Glibc
import Voicemail

/// SQLite's trouble in the words of the port.
enum Fault {
    /// What the last call on `handle` failed with.
    static func error(_ code: Int32, on handle: OpaquePointer?) -> StoreError {
        switch code & 0xff {
        case SQLITE_FULL: return .full
        // A log or index file that cannot grow is reported as a failed write.
        case SQLITE_IOERR where handle.map(isOutOfSpace) ?? false: return .full
        case SQLITE_CONSTRAINT where isTakenKey(code): return .conflict
        default:
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
            return .failed("SQLite error \(code): \(message)")
        }
    }

    /// `error` with SQLite's own errors translated and every other as it is.
    static func translate(_ error: any Error, on handle: OpaquePointer?) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let code = error.extendedResultCode.rawValue
        if code & 0xff == SQLITE_IOERR, let handle, isOutOfSpace(handle) { return StoreError.full }
        if code & 0xff == SQLITE_FULL { return StoreError.full }
        if isTakenKey(code) { return StoreError.conflict }
        // Not the error's description: it quotes the statement.
        return StoreError.failed("SQLite error \(code): \(error.message ?? "")")
    }

    private static func isOutOfSpace(_ handle: OpaquePointer) -> Bool {
        [ENOSPC, EDQUOT].contains(sqlite3_system_errno(handle))
    }

    private static func isTakenKey(_ code: Int32) -> Bool {
        let extended = ResultCode(rawValue: code)
        return extended == .SQLITE_CONSTRAINT_UNIQUE || extended == .SQLITE_CONSTRAINT_PRIMARYKEY || extended == .SQLITE_CONSTRAINT_ROWID
    }
}
