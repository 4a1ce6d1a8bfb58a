import StoredRows
import Voicemail

extension Transaction {
    func insert(_ recording: Recording) throws -> Recording {
        try execute(
            """
            INSERT INTO recording (id, account_id, name, source, started, caller_number, caller_name, callee_number, callee_name, direction,
            call_id, call_record_id, duration_ms, blob_id, audio_size, content_type, file_name, created)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ) { RecordingRow.bind(recording, to: &$0) }
        var stored = recording
        stored.serial = connection.lastSerial
        return stored
    }

    func remove(recordingIDs: [String]) throws { for id in recordingIDs { try remove(recordingID: id) } }

    func remove(recordingID: String) throws {
        var blob: BlobID?
        do {
            var run = try connection.prepare("SELECT blob_id FROM recording WHERE id = ?")
            run.bind(recordingID)
            if try run.step() { blob = try run.blobID(0) }
        }
        try execute("DELETE FROM recording WHERE id = ?") { $0.bind(recordingID) }
        if let blob { try release(blob) }
    }
}
