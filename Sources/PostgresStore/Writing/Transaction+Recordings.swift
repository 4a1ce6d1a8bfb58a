import StoredRows
import Voicemail

extension Transaction {
    func insert(_ recording: Recording) throws -> Recording {
        var stored = recording
        stored.serial = try session.draw("recording")
        try insertRow(
            """
            INSERT INTO recording (serial, \(raw: RecordingRow.bound)) OVERRIDING SYSTEM VALUE
            VALUES (\(stored.serial), \(row: { RecordingRow.bind(recording, to: &$0) })) ON CONFLICT DO NOTHING
            """, as: .row(table: "recording", id: recording.id))
        return stored
    }

    func remove(recordingID: String) throws { try remove(recordingIDs: [recordingID]) }

    func remove(recordingIDs: [String]) throws {
        guard !recordingIDs.isEmpty else { return }
        try release(changedRows("DELETE FROM recording WHERE id = ANY(\(recordingIDs)) RETURNING blob_id").compactMap { try $0.blobID(0) })
    }
}
