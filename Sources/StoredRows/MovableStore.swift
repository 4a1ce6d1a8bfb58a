import Voicemail

/// Whether a store is where its installation lives.
public enum StoreResidence: Sendable, Hashable {
    /// It is.
    case here
    /// It is being filled from another store, and not whole yet.
    case arriving
    /// The installation lives in another store now, and this one takes no changes.
    case gone
}

/// A store that hands all of its rows to another, and takes those of one. Whoever opens it for that may open one that is `arriving` or `gone`, too.
public protocol MovableStore: MaintainedStore {
    func residence() async throws -> StoreResidence
    /// - Parameter residence: not `gone`, which is for `WriteHold`.
    func settle(_ residence: StoreResidence) async throws

    /// What it keeps, in the order in which another store can take it.
    func tables() async throws -> [StoredTable]
    /// Rows in order of their keys, those behind `start` and up to `end`, at most `limit`.
    func rows(of table: StoredTable, after start: StoredTable.Key?, through end: StoredTable.Key?, limit: Int) async throws -> [StoredTable.Row]
    /// Takes rows away and puts others in, in one transaction. Left out is what has a key, or what is unique elsewhere, of a row that is there,
    /// and what names audio that no row knows; rows that others name are replaced.
    /// - Returns: how many were put in.
    func change(_ table: StoredTable, removing keys: [StoredTable.Key], putting rows: [StoredTable.Row]) async throws -> Int

    /// The last numbers that were given to rows, by table: none is given twice, also when its row is gone.
    func serials() async throws -> [String: Int]
    /// Goes on counting from there, or from where it is if that is further.
    func continueSerials(from serials: [String: Int]) async throws

    /// Keeps out everybody who would change something, whatever process that is, until it is let go. Reading goes on.
    func holdWrites() async throws -> any WriteHold
}

/// Nobody changes anything while it is held.
public protocol WriteHold: Sendable {
    /// Lets others go on.
    func release() async throws
    /// Leaves it closed for good: `gone`. Whatever process tries to change something is refused from then on.
    func close() async throws
}
