/// How a transaction begins.
enum Opening {
    /// Sees one state and changes nothing.
    case reading
    /// The lock comes before anything is read: who has waited for it sees what was committed meanwhile. The transaction's number is what the
    /// database can be asked by whether it was committed.
    case writing
    /// The same with all others kept out.
    case alone

    /// - Parameters:
    ///   - settings: statements of a connection that is shared, where they are of the transaction. They come before anything that they hold for.
    ///   - durability: a statement of one that is shared. It reads, and comes behind the lock: the first that reads decides which state the
    ///     transaction sees, and one from before the lock would collide with what it has waited for.
    func progress(_ settings: [String] = [], durability: String? = nil, step: (SQL) -> Step) -> Progress {
        var statements: [String] =
            switch self {
            case .reading: ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"] + settings
            case .writing: ["BEGIN ISOLATION LEVEL SERIALIZABLE"] + settings + ["LOCK TABLE writer IN ROW SHARE MODE"]
            case .alone: ["BEGIN ISOLATION LEVEL SERIALIZABLE"] + settings + ["LOCK TABLE writer IN EXCLUSIVE MODE"]
            }
        if let durability { statements.append(durability) }
        let isWriting = self != .reading
        if isWriting { statements.append("SELECT pg_current_xact_id()::text") }
        return Progress(
            isWriting: isWriting, opening: statements.map { step(SQL(stringLiteral: $0)) }, numberPlace: isWriting ? statements.count - 1 : nil)
    }
}
