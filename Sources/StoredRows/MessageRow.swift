import Voicemail

/// Messages as rows.
public enum MessageRow {
    public static let columns = "serial, id, " + bound

    /// What `bind` binds, in its order.
    public static let bound = """
        account_id, mailbox_id, timestamp, folder, from_address, to_address, caller_name, caller_number, call_id, \
        length_ms, blob_id, audio_size, content_type, file_name, transcription, history, readers, revision, modified, reception, notices, stored_at
        """

    /// Behind the columns, when it was removed.
    @inlinable
    public static func decodeRemoved<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> RemovedMessage {
        RemovedMessage(message: try decode(row), removed: row.timestamp(24))
    }

    /// What the rows of a listing mostly share: made once, and used again while it stays the same.
    public struct Shared {
        public var accountID = ""
        public var mailboxID = ""
        public var to = ""

        public init() {}
    }

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> Message {
        var shared = Shared()
        return try decode(row, &shared)
    }

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row, _ shared: inout Shared) throws -> Message {
        row.read(2, into: &shared.accountID)
        row.read(3, into: &shared.mailboxID)
        row.read(7, into: &shared.to)
        return Message(
            id: row.text(1), serial: row.int(0), accountID: shared.accountID, mailboxID: shared.mailboxID,
            timestamp: row.timestamp(4), folder: try folder(row, 5),
            from: row.text(6), to: shared.to, callerName: row.text(8), callerNumber: row.text(9), callID: row.text(10),
            lengthMilliseconds: row.int(11), audio: try audio(row), transcription: row.isNull(16) ? nil : try row.json(16),
            reception: row.isNull(21) ? nil : Reception(try row.json(21)),
            notices: row.isNull(22) ? [] : Notice.list(try row.json(22)), history: try texts(row, 17), readers: try texts(row, 18), revision: row.int(19),
            modified: row.timestamp(20), stored: row.isNull(23) ? nil : row.timestamp(23))
    }

    @inlinable
    static func folder<Row: StoredRow & ~Copyable>(_ row: borrowing Row, _ column: Int32) throws -> Folder {
        guard let folder = Folder(rawValue: row.text(column)) else { throw StoreError.failed("a message in an unknown folder") }
        return folder
    }

    @inlinable
    static func audio<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> AudioAttachment? {
        guard let blobID = try row.blobID(12) else { return nil }
        return AudioAttachment(blobID: blobID, size: row.int(13), contentType: row.text(14), fileName: row.text(15))
    }

    /// NULL stands for none.
    @inlinable
    static func texts<Row: StoredRow & ~Copyable>(_ row: borrowing Row, _ column: Int32) throws -> [String] {
        guard !row.isNull(column) else { return [] }
        guard case .array(let items) = try row.json(column) else { throw StoreError.failed("a message's history or readers are not a list") }
        return items.compactMap(\.string)
    }

    /// Binds every column but serial and id.
    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ message: Message, to run: inout Parameters) {
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
        run.bind(message.readers.isEmpty ? nil : JSON(message.readers).encoded)
        run.bind(message.revision)
        run.bind(message.modified)
        run.bind(message.reception?.json.encoded)
        run.bind(message.notices.isEmpty ? nil : Notice.json(message.notices).encoded)
        run.bind(message.stored)
    }
}
