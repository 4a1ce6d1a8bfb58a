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

    /// Makes it `arriving`, filled through this object and no other: whoever has begun to before is refused from now on, in whatever process.
    ///
    /// A mark that every change looks at in its transaction, and no lock: a lock of a session is nobody's behind a pooler, one of a file holds on one
    /// machine, and both would keep out who takes up the move of a machine that hangs. Somebody who was thought dead and goes on finds another's mark.
    /// - Parameter found: what it was when that was decided.
    /// - Throws: `FillingRefusal` where it is something else by now.
    func beginFilling(_ found: StoreResidence) async throws
    /// - Throws: `FillingRefusal` unless this object is who fills it.
    func checkFilling() async throws
    /// Makes it `here`: it is whole.
    /// - Throws: `FillingRefusal` unless this object is who fills it.
    func endFilling() async throws

    /// The tables of the store, in the order in which another store can take their rows.
    func tables() async throws -> [StoredTable]
    /// Rows in order of their keys, those behind `start` and up to `end`, at most `limit`.
    func rows(of table: StoredTable, after start: StoredTable.Key?, through end: StoredTable.Key?, limit: Int) async throws -> [StoredTable.Row]
    /// Takes rows away and puts others in, in one transaction. Left out is what has a key, or what is unique elsewhere, of a row that is there,
    /// and what names audio that no row knows; rows that others name are replaced.
    /// - Returns: how many were put in.
    /// - Throws: `FillingRefusal` unless this object is who fills it.
    func change(_ table: StoredTable, removing keys: [StoredTable.Key], putting rows: [StoredTable.Row]) async throws -> Int

    /// The last numbers that were given to rows, by table: none is given twice, also when its row is gone.
    func serials() async throws -> [String: Int]
    /// Goes on counting from there, or from where it is if that is further.
    /// - Throws: `FillingRefusal` unless this object is who fills it.
    func continueSerials(from serials: [String: Int]) async throws

    /// Keeps out everybody who would change something, whatever process that is, until it is let go. Reading goes on.
    func holdWrites() async throws -> any WriteHold
}

/// Why a store takes no rows of another one from this process, in a sentence for an administrator.
public enum FillingRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is here or gone, and waits for nothing.
    case notArriving(StoreResidence)
    /// Somebody has begun to fill it later.
    case takenOver

    public var description: String {
        switch self {
        case .notArriving(.gone): "the database that is moved to takes nothing: the installation has moved away from it"
        case .notArriving: "the database that is moved to waits for nothing: another move has come to its end there, or none has begun"
        case .takenOver: "another move was begun to the same database, and this one has left it the rest"
        }
    }

    /// - Parameter isOurs: whether the last who began to fill it is who asks.
    public static func check(_ residence: StoreResidence, isOurs: Bool) throws(FillingRefusal) {
        guard residence == .arriving else { throw .notArriving(residence) }
        guard isOurs else { throw .takenOver }
    }

    /// - Parameter found: what a store was when somebody decided to fill it.
    public static func check(_ residence: StoreResidence, isStill found: StoreResidence) throws(FillingRefusal) {
        guard residence != found else { return }
        if residence == .arriving { throw .takenOver }
        throw .notArriving(residence)
    }
}

/// Nobody changes anything while it is held.
public protocol WriteHold: Sendable {
    /// Lets others go on.
    func release() async throws
    /// Leaves it closed for good: `gone`. Whatever process tries to change something is refused from then on.
    func close() async throws
}
