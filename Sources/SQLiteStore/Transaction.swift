import Voicemail

/// Changing within a transaction.
final class Transaction: Snapshot, StoreWriter {
    /// Runs a statement whose parameters are all bound by `bind`.
    /// - Returns: how many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ bind: (inout Execution) -> Void = { _ in }) throws -> Int {
        var run = try connection.prepare(sql)
        bind(&run)
        try run.run()
        return connection.changes
    }

    /// Runs a change of one row that must be there.
    func change(_ sql: String, _ bind: (inout Execution) -> Void) throws {
        guard try execute(sql, bind) == 1 else { throw StoreError.failed("no such row to change") }
    }
}
