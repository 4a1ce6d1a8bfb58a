/// Where a message stands with its owner.
public enum Folder: String, Sendable, CaseIterable {
    case new, saved
    /// In the trash: still listed where folders are, counted nowhere, restored by filing it elsewhere (K§6.3).
    case deleted
}

/// The audio of a message or greeting as its sender described it.
public struct AudioAttachment: Sendable, Hashable {
    public let blobID: BlobID
    /// Bytes.
    public let size: Int
    /// The media type as sent. A label: what the bytes are, `AudioFacts` say.
    public let contentType: String
    /// A label for downloads, never a path.
    public let fileName: String

    public init(blobID: BlobID, size: Int, contentType: String, fileName: String) {
        self.blobID = blobID
        self.size = size
        self.contentType = contentType
        self.fileName = fileName
    }

    /// The extension that its name has or, by its type, should have.
    public var fileExtension: String {
        if let dot = fileName.lastIndex(of: "."), dot != fileName.startIndex {
            let suffix = fileName[fileName.index(after: dot)...]
            if (1...8).contains(suffix.utf8.count), suffix.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) { return String(suffix) }
        }
        return AudioContainer.fileExtension(ofType: contentType)
    }
}

/// One voicemail message.
public struct Message: Sendable, Hashable {
    /// 32 hex digits, for life (promise 4).
    public let id: String
    /// A number that is never reused and grows with arrival. 0 until stored.
    public var serial: Int
    public let accountID: String
    public let mailboxID: String
    /// When it was left, as its depositor says.
    public let timestamp: Timestamp
    public var folder: Folder
    /// SIP address of the caller, `user@realm`.
    public let from: String
    /// SIP address that was called, `user@realm`.
    public let to: String
    public let callerName: String
    public let callerNumber: String
    public let callID: String
    /// Milliseconds. As the client gave it, or measured.
    public var lengthMilliseconds: Int
    public var audio: AudioAttachment?
    /// `{"result","text"}` once transcribed.
    public var transcription: JSON?
    /// How it came in; nil for what was neither left by telephone nor sent on with a word.
    public var reception: Reception?
    /// The receivers of mail about it.
    public var notices: [Notice]
    /// Mailboxes it was in before, oldest first.
    public let history: [String]
    /// In a box shared by members: the members' mailboxes that have heard it while it is new.
    public var readers: [String]
    /// Grows by one with every write.
    public var revision: Int
    public var modified: Timestamp
    /// When it was stored, by the server's clock.
    public let stored: Timestamp

    public init(
        id: String = HexID.random(), serial: Int = 0, accountID: String, mailboxID: String, timestamp: Timestamp, folder: Folder,
        from: String, to: String, callerName: String, callerNumber: String, callID: String, lengthMilliseconds: Int,
        audio: AudioAttachment? = nil, transcription: JSON? = nil, reception: Reception? = nil, notices: [Notice] = [], history: [String] = [],
        readers: [String] = [],
        revision: Int = 1, modified: Timestamp, stored: Timestamp? = nil
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
        self.audio = audio
        self.transcription = transcription
        self.reception = reception
        self.notices = notices
        self.history = history
        self.readers = readers
        self.revision = revision
        self.modified = modified
        self.stored = stored ?? modified
    }

    /// Stands for a caller's name or number that nobody gave (K§6.1).
    public static let anonymous = "anonymous"

    /// Whole seconds of sound, as the interfaces that count in seconds tell it; what is begun is not counted.
    public var lengthSeconds: Int { lengthMilliseconds / 1000 }

    /// Its place in a listing.
    public var position: MessagePosition { MessagePosition(timestamp: timestamp, serial: serial) }

    /// Its name outside: the month of the timestamp in UTC, then the id (K§6.2).
    public var monthID: String { timestamp.monthPrefix + id }
}

extension Timestamp {
    /// The month in UTC and a hyphen, which messages' names begin with (K§6.2).
    var monthPrefix: String {
        let at = utc
        return CalendarFields.pad(at.year, 4) + CalendarFields.pad(at.month, 2) + "-"
    }
}

/// A message's place in the order of listings: time, then arrival.
public struct MessagePosition: Hashable, Comparable, Sendable {
    public let timestamp: Timestamp
    public let serial: Int

    public init(timestamp: Timestamp, serial: Int) {
        self.timestamp = timestamp
        self.serial = serial
    }

    public static func < (left: MessagePosition, right: MessagePosition) -> Bool {
        (left.timestamp, left.serial) < (right.timestamp, right.serial)
    }
}

/// How many messages of a mailbox are within retention, by folder.
public struct Tally: Hashable, Sendable {
    public var new: Int
    public var saved: Int

    public init(new: Int = 0, saved: Int = 0) {
        self.new = new
        self.saved = saved
    }

    public var total: Int { new + saved }
}
