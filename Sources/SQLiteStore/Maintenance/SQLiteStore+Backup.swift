import Foundation
import GRDB
import Voicemail

extension SQLiteStore {
    /// Pages copied between two reports of progress.
    private static let backupStep: Int32 = 256

    /// Copies the database as it is at the beginning of the call to a new file, while others go on reading and writing.
    /// - Parameter progress: told how many pages of how many are copied.
    /// - Throws: `StoreError`; nothing is left at `destination` then, unless there was a file before.
    public func backup(to destination: String, progress: @escaping @Sendable (_ copied: Int, _ total: Int) -> Void = { _, _ in }) async throws {
        try await aside { source in
            guard !FileManager.default.fileExists(atPath: destination) else { throw StoreError.failed("there is a file at \(destination) already") }
            do {
                let copy = try DatabaseQueue(path: destination)
                // Holds one state from here on: a copy of a changing database begins anew with every change.
                try source.unsafeRead { database in
                    try database.beginTransaction(.deferred)
                    _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema")
                }
                try source.backup(to: copy, pagesPerStep: Self.backupStep) { progress($0.completedPageCount, $0.totalPageCount) }
                try source.unsafeRead { try $0.rollback() }
                try copy.close()
            } catch {
                if FileManager.default.fileExists(atPath: destination) { try FileManager.default.removeItem(atPath: destination) }
                throw error
            }
        }
    }

    /// Runs something long on a connection and a thread of its own, where it holds up nobody.
    func aside<Value: Sendable>(_ body: @escaping @Sendable (DatabaseQueue) throws -> Value) async throws -> Value {
        try await onThread { [path, options] in
            let connection = try Opening.reader(path, options)
            let value = try body(connection)
            try connection.close()
            return value
        }
    }
}
