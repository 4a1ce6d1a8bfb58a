/// What is in the database if a transaction was committed.
///
/// The transaction's number alone does not tell. It is written down nowhere when it is drawn, so a database that was killed, or a standby that has taken the place
/// of another, may hand it out again, and say of it what became of somebody else's.
enum Witness {
    /// A row that it inserted, by its random id. Somebody may have changed or removed it since.
    case row(table: String, id: String)
    /// The mark of its session, which nobody else touches for as long as an outcome is asked for.
    case mark(session: String, number: Int)

    /// Marks of sessions that may still be asked for are younger by far.
    private static let keptHours = 24

    /// Whether the row is there, and the transaction's own: its number is the lower half of the transaction's.
    func question(_ transaction: String) -> SQL {
        switch self {
        case .row(let table, let id):
            """
            SELECT 1::bigint FROM \(raw: table) WHERE id = \(id)
            AND xmin::text::bigint = \(transaction)::text::bigint & 4294967295
            """
        case .mark(let session, let number): "SELECT 1::bigint FROM commit_mark WHERE session = \(session) AND number = \(number)"
        }
    }

    /// Whether a transaction that was committed can be without it.
    var mayHaveGone: Bool {
        switch self {
        case .row: true
        case .mark: false
        }
    }

    /// Makes a session's mark, where it is one. The row is the session's own: it meets nobody, and is read by none who writes.
    var statement: SQL? {
        guard case .mark(let session, let number) = self else { return nil }
        return """
            INSERT INTO commit_mark (session, number) VALUES (\(session), \(number))
            ON CONFLICT (session) DO UPDATE SET number = excluded.number, made = excluded.made
            """
    }

    /// Removes the marks of sessions that ended long ago.
    static let sweeping: SQL = "DELETE FROM commit_mark WHERE made < now() - interval '\(raw: String(keptHours)) hours'"
}
