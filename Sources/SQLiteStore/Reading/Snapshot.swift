import Voicemail

/// Reading within a transaction.
class Snapshot: StoreReader {
    let connection: Connection
    /// Whether nobody waits for what is read any more.
    private let isAbandoned: @Sendable () -> Bool
    private let cache: RowCache?
    private var isCacheCurrent = false

    /// - Parameter cache: the connection's; nil for one that writes.
    init(_ connection: Connection, cache: RowCache? = nil, isAbandoned: @escaping @Sendable () -> Bool = { false }) {
        self.connection = connection
        self.cache = cache
        self.isAbandoned = isAbandoned
    }

    /// What the connection has kept of what this transaction sees.
    func kept() throws -> RowCache? {
        guard let cache, !isCacheCurrent else { return cache }
        var run = try connection.prepare("PRAGMA data_version")
        guard try run.step() else { return nil }
        cache.move(to: run.int(0))
        isCacheCurrent = true
        return cache
    }

    /// Whether there is another row to visit.
    /// - Throws: `CancellationError` when nobody waits for it.
    func goesOn(_ hasRow: Bool) throws -> Bool {
        if isAbandoned() { throw CancellationError() }
        return hasRow
    }
}
