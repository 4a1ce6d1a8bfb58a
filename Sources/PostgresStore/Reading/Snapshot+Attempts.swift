import StoredRows
import Voicemail

extension Snapshot {
    func attempts(_ query: AttemptQuery) throws -> [AttemptRecord] {
        let condition: SQL =
            switch query.of {
            case .receiver(let id): "receiver_id = \(id)"
            case .account(let id): "account_id = \(id)"
            }
        return try rows("SELECT \(raw: AttemptRow.columns) FROM attempt WHERE \(condition) ORDER BY serial DESC LIMIT \(max(0, query.limit))")
            .map { AttemptRow.decode($0) }
    }

    func attemptedReceiver(after id: String?) throws -> String? {
        let comparison = id == nil ? ">=" : ">"
        return try first("SELECT receiver_id FROM attempt WHERE receiver_id \(raw: comparison) \(id ?? "") ORDER BY receiver_id LIMIT 1")?.text(0)
    }
}
