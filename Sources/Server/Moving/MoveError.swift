/// Why an installation was not moved, in a sentence for an administrator. Where it lives has not changed.
public enum MoveError: Error, Equatable, Sendable, CustomStringConvertible {
    case nothingHere
    /// The source is itself being filled.
    case sourceArriving
    /// The source was left by an earlier move, and the target is not what that one has filled.
    case sourceGone
    case targetInUse
    case targetOtherKey(path: String)
    /// One of the stores has a table, or a column, that the other does not know.
    case otherTables(String)
    /// Rows that the target does not take, whatever is tried.
    case refusedRows(table: String, count: Int)
    /// Something changed although nobody could change anything.
    case unsteady
    case otherBytes(String)
    /// What is done while nobody may change anything took longer than it may, each time.
    case heldTooLong(Duration, times: Int)

    public var description: String {
        switch self {
        case .nothingHere: "there is nothing to move: the configuration that is moved from holds no account"
        case .sourceArriving: "the configuration that is moved from is itself being filled by a move that has not come to its end"
        case .sourceGone: "the installation has moved away from here already: use the configuration that it moved to"
        case .targetInUse: "the database that is to be moved to is in use: it must be empty, or hold what an earlier run of this move has copied"
        case .targetOtherKey(let path):
            "\(path) belongs to another installation, as its secret.key says: a data directory is moved to that is empty, not there yet, or has the same key"
        case .otherTables(let what): "the two databases do not hold the same things: \(what)"
        case .refusedRows(let table, let count): "the new database does not take \(count) rows of \(table)"
        case .unsteady: "the databases go on differing, although nobody may change anything; nothing was switched, and the move can be run again"
        case .otherBytes(let id): "audio \(id) came back from where it was copied to with other bytes"
        case .heldTooLong(let limit, let times):
            """
            to compare everything once more takes longer than the \(limit.components.seconds) seconds for which nobody may change anything, \(times) times; nothing \
            was switched and all go on: run it again with a larger --hold-seconds
            """
        }
    }
}
