import StoredRows
import Voicemail

extension Snapshot {
    func attempts(_ query: AttemptQuery) throws -> [AttemptRecord] {
        let (column, id) =
            switch query.of {
            case .receiver(let id): ("receiver_id", id)
            case .account(let id): ("account_id", id)
            }
        return try rows(
            "SELECT \(raw: AttemptRow.columns) FROM attempt WHERE \(Self.latestAttempts(where: column, is: id)) LIMIT \(max(0, query.limit))"
        ).map { AttemptRow.decode($0) }
    }

    /// A stretch of the column's own index. Of `column = id ORDER BY serial DESC` the server may make a walk through everybody's attempts.
    static func latestAttempts(where column: String, is id: String) -> SQL {
        """
        (\(raw: column), serial) >= (\(id), 0) AND (\(raw: column), serial) <= (\(id), \(Int.max)) ORDER BY \(raw: column) DESC, serial DESC
        """
    }

    func attemptedReceiver(after id: String?) throws -> String? {
        let comparison = id == nil ? ">=" : ">"
        return try first("SELECT receiver_id FROM attempt WHERE receiver_id \(raw: comparison) \(id ?? "") ORDER BY receiver_id LIMIT 1")?.text(0)
    }
}
