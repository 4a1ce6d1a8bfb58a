import Voicemail

/// Changing within a transaction.
final class Transaction: Snapshot, StoreWriter {
    /// Whether there are events in it.
    var hasEvents = false

    /// - Returns: how many rows it changed.
    @discardableResult
    func execute(_ statement: SQL) throws -> Int { try session.run(statement).changes }

    /// Runs a change of one row that must be there.
    func change(_ statement: SQL) throws {
        guard try execute(statement) == 1 else { throw StoreError.failed("no such row to change") }
    }

    /// Runs an insertion that says `ON CONFLICT DO NOTHING`: an error would end the transaction, which the caller may want to go on with.
    func insertRow(_ statement: SQL) throws {
        guard try execute(statement) == 1 else { throw StoreError.conflict }
    }

    /// The same of one that returns its serial.
    func insertedSerial(_ statement: SQL) throws -> Int {
        guard let row = try first(statement) else { throw StoreError.conflict }
        return row.int(0)
    }
}
