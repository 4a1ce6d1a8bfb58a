import StoredRows
import Voicemail

extension Snapshot {
    func attempts(_ query: AttemptQuery) throws -> [AttemptRecord] {
        let (condition, id) =
            switch query.of {
            case .receiver(let id): ("INDEXED BY attempt_by_receiver WHERE receiver_id = ?", id)
            case .account(let id): ("INDEXED BY attempt_by_account WHERE account_id = ?", id)
            }
        var run = try connection.prepare("SELECT \(AttemptRow.columns) FROM attempt \(condition) ORDER BY serial DESC LIMIT ?")
        run.bind(id)
        run.bind(max(0, query.limit))
        var found: [AttemptRecord] = []
        while try run.step() { found.append(AttemptRow.decode(run)) }
        return found
    }

    /// A step in the index for each.
    func attemptedReceivers(after id: String?, moreThan most: Int, limit: Int) throws -> [AttemptedReceiver] {
        var found: [AttemptedReceiver] = []
        while found.count < limit, let next = try attemptedReceiver(after: found.last?.id ?? id) {
            found.append(AttemptedReceiver(id: next, hasMore: try hasAttempts(of: next, beyond: most)))
        }
        return found
    }

    private func attemptedReceiver(after id: String?) throws -> String? {
        var run = try connection.prepare(
            "SELECT receiver_id FROM attempt INDEXED BY attempt_by_receiver WHERE receiver_id \(id == nil ? ">=" : ">") ? ORDER BY receiver_id LIMIT 1")
        run.bind(id ?? "")
        return try run.step() ? run.text(0) : nil
    }

    private func hasAttempts(of receiver: String, beyond most: Int) throws -> Bool {
        var run = try connection.prepare("SELECT 1 FROM attempt INDEXED BY attempt_by_receiver WHERE receiver_id = ? LIMIT 1 OFFSET ?")
        run.bind(receiver)
        run.bind(max(0, most))
        return try run.step()
    }
}
