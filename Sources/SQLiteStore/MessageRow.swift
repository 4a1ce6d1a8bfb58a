import Voicemail

/// Messages as rows.
enum MessageRow {
    static let columns = """
        serial, id, account_id, mailbox_id, timestamp, folder, from_address, to_address, caller_name, caller_number, call_id, \
        length_ms, blob_id, audio_size, content_type, file_name, transcription, history, revision, modified
        """

    static let byID = "SELECT \(columns) FROM message WHERE id = ? AND removed_at IS NULL"

    static func decode(_ row: borrowing Execution) throws -> Message {
        guard let folder = Folder(rawValue: row.text(5)) else { throw StoreError.failed("a message in an unknown folder") }
        return Message(
            id: row.text(1), serial: row.int(0), accountID: row.text(2), mailboxID: row.text(3), timestamp: row.timestamp(4), folder: folder,
            from: row.text(6), to: row.text(7), callerName: row.text(8), callerNumber: row.text(9), callID: row.text(10),
            lengthMilliseconds: row.int(11), audio: try audio(row), transcription: row.isNull(16) ? nil : try row.json(16),
            history: row.isNull(17) ? [] : try history(row), revision: row.int(18), modified: row.timestamp(19))
    }

    private static func audio(_ row: borrowing Execution) throws -> AudioAttachment? {
        guard let blobID = try row.blobID(12) else { return nil }
        return AudioAttachment(blobID: blobID, size: row.int(13), contentType: row.text(14), fileName: row.text(15))
    }

    private static func history(_ row: borrowing Execution) throws -> [String] {
        guard case .array(let items) = try row.json(17) else { throw StoreError.failed("a message's history is not a list") }
        return items.compactMap(\.string)
    }

    /// Binds every column but serial and id.
    static func bind(_ message: Message, to run: inout Execution) {
        run.bind(message.accountID)
        run.bind(message.mailboxID)
        run.bind(message.timestamp)
        run.bind(message.folder.rawValue)
        run.bind(message.from)
        run.bind(message.to)
        run.bind(message.callerName)
        run.bind(message.callerNumber)
        run.bind(message.callID)
        run.bind(message.lengthMilliseconds)
        run.bind(message.audio?.blobID.hex)
        run.bind(message.audio?.size)
        run.bind(message.audio?.contentType)
        run.bind(message.audio?.fileName)
        run.bind(message.transcription?.encoded)
        run.bind(message.history.isEmpty ? nil : JSON(message.history).encoded)
        run.bind(message.revision)
        run.bind(message.modified)
    }
}
