import Voicemail

/// Changing within a transaction.
final class Transaction: Snapshot, StoreWriter {
    /// The changes are too many to share a transaction with others: to undo them alone, SQLite keeps in memory
    /// every page as it was. The caller has to be run again on his own, which the port allows.
    struct TooLargeToShare: Error {}

    /// Rows that may change in a shared transaction.
    private static let sharedRows = 5000
    /// Rows that one statement changes, for the same reason.
    private static let rowsAtOnce = 500

    private let isShared: Bool
    private var changedRows = 0
    private(set) var isTooLarge = false
    /// Whether there are events in it.
    var hasEvents = false

    /// - Parameter isShared: whether this is one caller's part of a transaction of several.
    init(_ connection: Connection, isShared: Bool) {
        self.isShared = isShared
        super.init(connection)
    }

    /// Runs a statement whose parameters are all bound by `bind`.
    /// - Returns: how many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ bind: (inout Execution) -> Void = { _ in }) throws -> Int {
        guard !isTooLarge else { throw TooLargeToShare() }
        var run = try connection.prepare(sql)
        bind(&run)
        try run.run()
        let changes = connection.changes
        changedRows += changes
        if isShared, changedRows > Self.sharedRows {
            isTooLarge = true
            throw TooLargeToShare()
        }
        return changes
    }

    /// Runs a change of one row that must be there.
    func change(_ sql: String, _ bind: (inout Execution) -> Void) throws {
        guard try execute(sql, bind) == 1 else { throw StoreError.failed("no such row to change") }
    }

    /// Runs a statement whose last parameter is how many rows it may change, until it changes no more.
    /// - Returns: how many it changed.
    @discardableResult
    func executeInParts(_ sql: String, _ bind: (inout Execution) -> Void) throws -> Int {
        var all = 0, changed = 0
        repeat {
            changed = try execute(sql) { run in
                bind(&run)
                run.bind(Self.rowsAtOnce)
            }
            all += changed
        } while changed == Self.rowsAtOnce
        return all
    }
}
