/// Why a database was not opened. Nothing in it was changed.
public enum StoreOpenError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Written by a later version, whose schema this one does not know.
    case newerSchema(path: String)
    /// A database, but not one of ours.
    case foreign(path: String)
    /// Made before the first release, whose schema nothing brings up to date.
    case unreleased(path: String)
    /// Of an earlier version, and nobody is to bring it up to date.
    case olderSchema(path: String)
    /// A move into it has begun and not come to its end.
    case arriving(path: String)
    /// The installation has moved to another store.
    case gone(path: String)

    public var description: String {
        switch self {
        case .newerSchema(let path): "\(path) was written by a newer version of Aftertone; use that version or restore a backup"
        case .olderSchema(let path): "\(path) was written by an earlier version of Aftertone and is brought up to date by the next start"
        case .unreleased(let path):
            "\(path) was written by a version from before the first release, whose data cannot be taken over: start with a new data directory"
        case .arriving(let path): "\(path) is being filled by `aftertone move`, which has not come to its end: run it again"
        case .gone(let path): "\(path) is what an installation has moved away from: use the configuration that `aftertone move` was given"
        case .foreign(let path): "\(path) is not an Aftertone database"
        }
    }
}
