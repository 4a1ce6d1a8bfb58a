import StoredRows
import Voicemail

extension Transaction {
    func save(_ count: LoginCount) throws {
        try execute("INSERT OR REPLACE INTO login_count (\(LoginCountRow.columns)) VALUES (?, ?, ?, ?, ?, ?)") {
            LoginCountRow.bind(count, to: &$0)
        }
    }

    func remove(loginCountID: String) throws {
        try execute("DELETE FROM login_count WHERE id = ?") { $0.bind(loginCountID) }
    }

    func removeLoginCounts(lastBefore: Timestamp) throws {
        try execute("DELETE FROM login_count WHERE last < ?") { $0.bind(lastBefore) }
    }

    func trimLoginCounts(_ kind: LoginCount.Kind, to limit: Int) throws {
        try execute(
            """
            DELETE FROM login_count WHERE id IN (
                SELECT id FROM login_count INDEXED BY login_count_by_weight
                WHERE kind = ? ORDER BY failures DESC, last DESC LIMIT -1 OFFSET ?)
            """
        ) { run in
            run.bind(kind.rawValue)
            run.bind(max(0, limit))
        }
    }
}
