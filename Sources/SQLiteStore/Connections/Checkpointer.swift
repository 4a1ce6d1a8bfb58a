import GRDB
import GRDBSQLite
import Synchronization
import Voicemail

/// Copies the write-ahead log into the database when it has grown to its size, after the callers of a commit
/// have been told: the log is then overwritten from its beginning, which syncs faster than letting it grow.
///
/// Used on the writer's thread only.
final class Checkpointer: Sendable {
    private let threshold: Int
    private let writeTrouble: WriteTrouble
    /// Pages written to the log since it was last looked after.
    private let pages = Atomic<Int>(0)

    /// Milliseconds that writers wait for readers of an old state. Reads are short; a backup is not, and the log
    /// grows while it runs.
    private static let patience: Int32 = 20

    init(threshold: Int, writeTrouble: WriteTrouble) {
        self.threshold = max(1, threshold)
        self.writeTrouble = writeTrouble
    }

    func committed(_ database: Database, busySeconds: Double) {
        guard let handle = database.sqliteConnection else { return }
        var written: Int32 = 0
        var unused: Int32 = 0
        guard sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_WRITE, &written, &unused, 1) == SQLITE_OK else { return }
        guard pages.add(Int(written), ordering: .relaxed).newValue >= threshold else { return }
        pages.store(0, ordering: .relaxed)
        do {
            let (length, copied) = try database.checkpoint(.passive)
            guard copied < length else { return }
            sqlite3_busy_timeout(handle, Self.patience)
            defer { sqlite3_busy_timeout(handle, Int32(busySeconds * 1000)) }
            try database.checkpoint(.restart)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            // A reader was slower than our patience: again after as many pages.
        } catch {
            // A failed checkpoint loses nothing, as the log keeps what was committed. But the disk has trouble.
            if let trouble = Fault.translate(error, on: handle) as? StoreError { writeTrouble.note(trouble) }
        }
    }
}
