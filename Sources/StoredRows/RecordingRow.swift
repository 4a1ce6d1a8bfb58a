import Voicemail

/// Recordings as rows.
public enum RecordingRow {
    public static let columns = "serial, " + bound

    /// What `bind` binds, in its order.
    public static let bound = """
        id, account_id, name, source, started, caller_number, caller_name, callee_number, callee_name, direction, call_id, \
        call_record_id, duration_ms, blob_id, audio_size, content_type, file_name, created
        """

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> Recording {
        guard let direction = CallDirection(rawValue: row.text(10)) else { throw StoreError.failed("a recording of unknown direction") }
        guard let blobID = try row.blobID(14) else { throw StoreError.failed("a recording without audio") }
        return Recording(
            id: row.text(1), serial: row.int(0), accountID: row.text(2), name: row.text(3), source: row.optionalText(4),
            started: row.timestamp(5), callerNumber: row.text(6), callerName: row.text(7), calleeNumber: row.text(8), calleeName: row.text(9),
            direction: direction, callID: row.text(11), callRecordID: row.text(12), durationMilliseconds: row.int(13),
            audio: AudioAttachment(blobID: blobID, size: row.int(15), contentType: row.text(16), fileName: row.text(17)),
            created: row.timestamp(18))
    }

    /// Binds every column but the serial.
    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ recording: Recording, to run: inout Parameters) {
        run.bind(recording.id)
        run.bind(recording.accountID)
        run.bind(recording.name)
        run.bind(recording.source)
        run.bind(recording.started)
        run.bind(recording.callerNumber)
        run.bind(recording.callerName)
        run.bind(recording.calleeNumber)
        run.bind(recording.calleeName)
        run.bind(recording.direction.rawValue)
        run.bind(recording.callID)
        run.bind(recording.callRecordID)
        run.bind(recording.durationMilliseconds)
        run.bind(recording.audio.blobID.hex)
        run.bind(recording.audio.size)
        run.bind(recording.audio.contentType)
        run.bind(recording.audio.fileName)
        run.bind(recording.created)
    }
}
