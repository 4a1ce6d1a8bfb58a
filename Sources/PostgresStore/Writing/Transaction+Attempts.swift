import StoredRows
import Voicemail

extension Transaction {
    func append(_ attempt: AttemptRecord) throws {
        try execute("INSERT INTO attempt (\(raw: AttemptRow.bound)) VALUES (\(row: { AttemptRow.bind(attempt, to: &$0) }))")
    }

    func removeAttempts(ofReceiver id: String, exceptLatest most: Int, limit: Int) throws -> Int {
        try count(
            of: """
                DELETE FROM attempt WHERE serial IN (
                    SELECT serial FROM attempt WHERE \(Self.latestAttempts(where: "receiver_id", is: id)) LIMIT \(max(0, limit)) OFFSET \(max(0, most)))
                """)
    }

    func removeAttempts(madeBefore: Timestamp, limit: Int) throws -> Int {
        try count(of: "DELETE FROM attempt WHERE serial IN (SELECT serial FROM attempt WHERE made < \(madeBefore) LIMIT \(max(0, limit)))")
    }
}
