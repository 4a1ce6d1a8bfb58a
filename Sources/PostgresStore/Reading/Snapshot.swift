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
