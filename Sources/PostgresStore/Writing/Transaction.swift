import Voicemail

/// Changing within a transaction.
final class Transaction: Snapshot, StoreWriter {
    /// Whether there are events in it.
    var hasEvents = false

    /// Makes a change of which nobody asks how many rows it changed. It goes to the database with what follows, and fails there.
    func execute(_ statement: SQL) throws { try session.post(statement) }

    /// Makes a change and waits for it.
    /// - Returns: how many rows it changed.
    func count(of statement: SQL) throws -> Int { try session.run(statement).changes }

    /// Runs a change that tells of the rows it has changed.
    func changedRows(_ statement: SQL) throws -> [Row] { try session.run(statement).rows }

    /// Runs a change of one row that must be there.
    func change(_ statement: SQL) throws {
        guard try count(of: statement) == 1 else { throw StoreError.failed("no such row to change") }
    }

    /// Runs an insertion of one row that says `ON CONFLICT DO NOTHING`. It goes to the database with what follows, and its conflict ends the
    /// transaction: what divides by the number of rows fails where there is none (`Trouble`).
    /// - Parameter witness: the row, where its key is random: what the transaction is known by if nothing was before.
    func insertRow(_ statement: SQL, as witness: @autoclosure () -> Witness? = nil) throws {
        if session.progress.witness == nil { session.progress.witness = witness() }
        try execute("WITH inserted AS (\(statement) RETURNING 1) SELECT 1 / count(*) FROM inserted")
    }

    /// Runs an insertion that says the same and returns its serial. The caller may want to go on after a conflict, which an error would not allow.
    func insertedSerial(_ statement: SQL) throws -> Int {
        guard let row = try changedRows(statement).first else { throw StoreError.conflict }
        return row.int(0)
    }
}
