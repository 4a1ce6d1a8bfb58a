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

    /// Makes a change of one row that must be there. It goes to the database with what follows, and a row that is not there ends the transaction:
    /// zero has no logarithm (`Trouble`).
    func change(_ statement: SQL) throws {
        try execute("WITH changed AS (\(statement) RETURNING 1) SELECT ln(count(*)::float8)::bigint FROM changed")
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
