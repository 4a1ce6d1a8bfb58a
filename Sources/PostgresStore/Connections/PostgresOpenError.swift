/// Why a database was not opened. Nothing in it was changed.
public enum PostgresOpenError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not an address; it is not quoted, as it may hold a password.
    case malformedAddress
    /// Nobody answers, or not to us; in libpq's words, which name the address and never a password.
    case unreachable(String)
    /// A version whose commits cannot be asked about afterwards.
    case serverTooOld(Int)
    /// Texts would not come back as they were.
    case encoding(String)
    /// Written by a later version, whose schema this one does not know.
    case newerSchema
    /// A database with tables, but none of ours.
    case foreign
    /// Of an earlier version, or empty, and nobody is to bring it up to date.
    case olderSchema
    /// Of an earlier version, and somebody holds its tables who does not let go.
    case inUse
    /// Its installation has another key, which what is in it is hashed and sealed with.
    case otherKey
    /// A move into it has begun and not come to its end.
    case arriving
    /// The installation has moved to another store.
    case gone
    /// One that only answers questions.
    case readOnly
    /// Its user lacks a right that a server needs.
    case notAllowed(String)
    /// It lets fewer in than the pool has.
    case tooFewConnections(pool: Int, most: Int)

    public var description: String {
        switch self {
        case .malformedAddress: "the database's address is no postgresql:// URL, and no key=value pairs as libpq takes them"
        case .unreachable(let reason): "the database cannot be reached: \(reason)"
        case .serverTooOld(let version): "the database's server is PostgreSQL \(version / 10_000), and 13 is the earliest that will do"
        case .encoding(let name): "the database's encoding is \(name), and it must be UTF8"
        case .newerSchema: "the database was written by a newer version of Aftertone; use that version or restore a backup"
        case .foreign: "the database has tables of something else; Aftertone needs a database, or a schema, of its own"
        case .olderSchema: "the database is empty or was written by an earlier version of Aftertone, and is brought up to date by the next start"
        case .inUse:
            "the database cannot be brought up to date: somebody works on its tables without an end, such as a copy that is being made of it (pg_stat_activity)"
        case .otherKey: "the database belongs to an installation with another key: every process needs the same secret.key in its data directory"
        case .arriving: "the database is being filled by `aftertone move`, which has not come to its end: run it again"
        case .gone: "the database is what an installation has moved away from: use the configuration that `aftertone move` was given"
        case .readOnly: "the database takes no changes: it is a standby, or set to read only"
        case .notAllowed(let what): "the database's user may not \(what)"
        case .tooFewConnections(let pool, let most):
            "store.pool is \(pool), and the database takes \(most) connections at most (max_connections without superuser_reserved_connections)"
        }
    }
}
