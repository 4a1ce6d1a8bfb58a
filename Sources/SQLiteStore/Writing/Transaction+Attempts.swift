import StoredRows
import Voicemail

extension Transaction {
    func append(_ attempt: AttemptRecord) throws {
        try execute("INSERT INTO attempt (\(AttemptRow.bound)) VALUES (?, ?, ?, ?, ?, ?, ?)") { AttemptRow.bind(attempt, to: &$0) }
    }

    func removeAttempts(ofReceiver id: String, exceptLatest most: Int, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM attempt WHERE serial IN (
                SELECT serial FROM attempt INDEXED BY attempt_by_receiver WHERE receiver_id = ? ORDER BY serial DESC LIMIT ? OFFSET ?)
            """
        ) { run in
            run.bind(id)
            run.bind(max(0, limit))
            run.bind(max(0, most))
        }
    }

    func removeAttempts(madeBefore: Timestamp, limit: Int) throws -> Int {
        try execute("DELETE FROM attempt WHERE serial IN (SELECT serial FROM attempt INDEXED BY attempt_by_time WHERE made < ? LIMIT ?)") { run in
            run.bind(madeBefore)
            run.bind(max(0, limit))
        }
    }
}
