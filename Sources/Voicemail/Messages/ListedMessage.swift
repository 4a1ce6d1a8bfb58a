/// What a listing shows of a message. Less is read for it than for a `Message`, and nobody can store it.
public struct ListedMessage: Sendable, Hashable {
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

    public init(_ message: Message) {
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
