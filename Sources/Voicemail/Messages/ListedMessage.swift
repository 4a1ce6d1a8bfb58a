/// What a listing shows of a message. Less is read for it than for a `Message`, and nobody can store it.
public final class ListedMessage: Sendable {
    public let id: String
    public let serial: Int
    public let accountID: String
    public let mailboxID: String
    public let timestamp: Timestamp
    public let folder: Folder
    public let from: String
    public let to: String
    public let callerName: String
    public let callerNumber: String
    public let callID: String
    /// Milliseconds.
    public let lengthMilliseconds: Int
    public let isTranscribed: Bool
    public let modified: Timestamp

    public init(
        id: String, serial: Int, accountID: String, mailboxID: String, timestamp: Timestamp, folder: Folder, from: String, to: String,
        callerName: String, callerNumber: String, callID: String, lengthMilliseconds: Int, isTranscribed: Bool, modified: Timestamp
    ) {
        self.id = id
        self.serial = serial
        self.accountID = accountID
        self.mailboxID = mailboxID
        self.timestamp = timestamp
        self.folder = folder
        self.from = from
        self.to = to
        self.callerName = callerName
        self.callerNumber = callerNumber
        self.callID = callID
        self.lengthMilliseconds = lengthMilliseconds
        self.isTranscribed = isTranscribed
        self.modified = modified
    }

    public convenience init(_ message: Message) {
        self.init(
            id: message.id, serial: message.serial, accountID: message.accountID, mailboxID: message.mailboxID, timestamp: message.timestamp,
            folder: message.folder, from: message.from, to: message.to, callerName: message.callerName, callerNumber: message.callerNumber,
            callID: message.callID, lengthMilliseconds: message.lengthMilliseconds, isTranscribed: message.transcription != nil,
            modified: message.modified)
    }

    /// Its place in a listing.
    public var position: MessagePosition { MessagePosition(timestamp: timestamp, serial: serial) }

    /// Its name outside, as a message's.
    public var monthID: String { timestamp.monthPrefix + id }
}

extension ListedMessage: Equatable {
    public static func == (left: ListedMessage, right: ListedMessage) -> Bool {
        left.id == right.id && left.serial == right.serial && left.accountID == right.accountID && left.mailboxID == right.mailboxID
            && left.timestamp == right.timestamp && left.folder == right.folder && left.from == right.from && left.to == right.to
            && left.callerName == right.callerName && left.callerNumber == right.callerNumber && left.callID == right.callID
            && left.lengthMilliseconds == right.lengthMilliseconds && left.isTranscribed == right.isTranscribed && left.modified == right.modified
    }
}
