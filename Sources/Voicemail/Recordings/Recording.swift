/// Which way a recorded call went, in the words that PBXs print.
public enum CallDirection: String, Sendable, CaseIterable {
    case within = "Internal"
    case inbound = "Inbound"
    case outbound = "Outbound"
    /// Nobody said.
    case unknown = "Unknown"

    /// What can be said of a call.
    public static let told: [CallDirection] = [.within, .inbound, .outbound]

    /// As PBXs print it; none of them has a word for one that is unknown.
    public var printed: String { self == .unknown ? "" : rawValue }

    /// A word that some PBX prints, in any case: `internal`, `local`, `in`, `incoming`, `out`, ….
    public init?(word: String) {
        switch word.lowercased() {
        case "internal", "local", "onnet": self = .within
        case "inbound", "incoming", "in", "external": self = .inbound
        case "outbound", "outgoing", "out": self = .outbound
        default: return nil
        }
    }
}

/// A recorded call. Nothing of it ever changes.
public struct Recording: Sendable, Hashable {
    /// 32 hex digits, for life (promise 4).
    public let id: String
    /// A number that is never reused and grows with arrival. 0 until stored.
    public var serial: Int
    public let accountID: String
    /// The file name that every interface knows it by; unique in its account (`RecordingName`).
    public let name: String
    /// What the recorder called it; unique in its account, so that a file sent twice is stored once.
    public let source: String?
    /// When the call began.
    public let started: Timestamp
    public let callerNumber: String
    public let callerName: String
    public let calleeNumber: String
    public let calleeName: String
    public let direction: CallDirection
    public let callID: String
    /// Names the call record it belongs to: local time of the call and five hex digits, unique in its account.
    public let callRecordID: String
    /// Of the call, as the recorder says, else of the audio.
    public let durationMilliseconds: Int
    public let audio: AudioAttachment
    /// When it was stored.
    public let created: Timestamp

    public init(
        id: String = HexID.random(), serial: Int = 0, accountID: String, name: String, source: String? = nil, started: Timestamp,
        callerNumber: String, callerName: String, calleeNumber: String, calleeName: String, direction: CallDirection, callID: String,
        callRecordID: String, durationMilliseconds: Int, audio: AudioAttachment, created: Timestamp
    ) {
        self.id = id
        self.serial = serial
        self.accountID = accountID
        self.name = name
        self.source = source
        self.started = started
        self.callerNumber = callerNumber
        self.callerName = callerName
        self.calleeNumber = calleeNumber
        self.calleeName = calleeName
        self.direction = direction
        self.callID = callID
        self.callRecordID = callRecordID
        self.durationMilliseconds = durationMilliseconds
        self.audio = audio
        self.created = created
    }
}

/// What an account's recordings come to.
public struct RecordingTotals: Sendable, Hashable {
    public let count: Int
    /// Of audio.
    public let bytes: Int

    public init(count: Int, bytes: Int) {
        self.count = count
        self.bytes = bytes
    }
}
