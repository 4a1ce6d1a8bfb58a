import Voicemail

/// Reading within a transaction.
class Snapshot: StoreReader {
    let connection: Connection
    /// Whether nobody waits for what is read any more.
    private let isAbandoned: @Sendable () -> Bool

    init(_ connection: Connection, isAbandoned: @escaping @Sendable () -> Bool = { false }) {
        self.connection = connection
        self.isAbandoned = isAbandoned
    }

    /// Whether there is another row to visit.
    /// - Throws: `CancellationError` when nobody waits for it.
    func goesOn(_ hasRow: Bool) throws -> Bool {
        if isAbandoned() { throw CancellationError() }
        return hasRow
    }
}
