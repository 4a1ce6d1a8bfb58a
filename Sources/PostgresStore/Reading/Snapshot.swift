import StoredRows
import Voicemail

/// Reading within a transaction.
class Snapshot: StoreReader {
    /// Whether a row is not removed, where it is looked for by what every row has. Said as the indexes of living rows say it, the planner would
    /// take one of them to be the smallest of all while there are few rows, and read all of it.
    static let isThere = "(removed_at IS NULL) IS TRUE"

    let session: Session
    /// Whether nobody waits for what is read any more.
    private let isAbandoned: @Sendable () -> Bool

    init(_ session: Session, isAbandoned: @escaping @Sendable () -> Bool = { false }) {
        self.session = session
        self.isAbandoned = isAbandoned
    }

    func rows(_ statement: SQL) throws -> [Row] { try session.ask(statement).rows }

    func first(_ statement: SQL) throws -> Row? { try session.ask(statement).first }

    /// Rows of a table in the order of their ids here; those that are not there, or that the condition leaves out, are missing. Asks nothing for none.
    func rows(_ columns: String, of table: String, ids: [String], where condition: String = "TRUE") throws -> [Row] {
        guard !ids.isEmpty else { return [] }
        return try rows(
            """
            SELECT \(raw: columns) FROM unnest(\(ids)) WITH ORDINALITY AS wanted (wanted_id, place)
            JOIN \(raw: table) ON id = wanted_id WHERE \(raw: condition) ORDER BY place
            """)
    }

    /// Shows rows, until `body` returns false.
    /// - Throws: `CancellationError` when nobody waits for them.
    func visit(_ statement: SQL, most: Int? = nil, _ body: (Row) throws -> Bool) throws {
        try session.visit(statement, most: most) { row in
            if isAbandoned() { throw CancellationError() }
            return try body(row)
        }
        if isAbandoned() { throw CancellationError() }
    }
}
