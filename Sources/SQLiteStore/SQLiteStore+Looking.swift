import GRDB
import Voicemail

extension SQLiteStore {
    /// Reads a database once without bringing it up to date or writing to it. Blocks.
    /// - Throws: `StoreOpenError`, `StoreError`.
    public static func look<Value>(at path: String, _ body: (any StoreReader) throws -> Value) throws -> Value {
        do {
            let queue = try Opening.reader(path, StoreOptions(readers: 1))
            let result = Result { () throws -> Value in
                try Migrations.check(queue, path: path)
                return try queue.unsafeRead { database in
                    guard try Migrations.isCurrent(database) else { throw StoreOpenError.olderSchema(path: path) }
                    return try body(Snapshot(try Connection(database, inTransaction: false)))
                }
            }
            try queue.close()
            return try result.get()
        } catch {
            throw Fault.translate(error, on: nil)
        }
    }
}
