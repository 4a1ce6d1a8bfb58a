import StoredRows
import Voicemail

extension Transaction {
    func insert(_ recording: Recording) throws -> Recording {
        var stored = recording
        stored.serial = try insertedSerial(
            """
            INSERT INTO recording (\(raw: RecordingRow.bound)) VALUES (\(row: { RecordingRow.bind(recording, to: &$0) }))
            ON CONFLICT DO NOTHING RETURNING serial
            """)
        return stored
    }

    func remove(recordingID: String) throws {
        try release(rows("DELETE FROM recording WHERE id = \(recordingID) RETURNING blob_id").compactMap { try $0.blobID(0) })
    }
}
