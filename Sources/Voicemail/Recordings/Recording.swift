/// Which way a recorded call went, in the words that PBXs print.
public enum CallDirection: String, Sendable, CaseIterable {
    case within = "Internal"
    case inbound = "Inbound"
    case outbound = "Outbound"
    /// Neither the recorder nor the file's name said.
    case unknown = "Unknown"

    /// The directions that a recorder may state.
    public static let told: [CallDirection] = [.within, .inbound, .outbound]

    /// As PBXs print it (P§8.6, S§4.3); empty for an unknown one, for which none of them has a word.
    public var printed: String { self == .unknown ? "" : rawValue }

    /// Reads a word that some PBX prints, in upper or lower case.
    /// - Returns: nil for any other word.
    public init?(word: String) {
        switch word.lowercased() {
        case "internal", "local", "onnet": self = .within
        case "inbound", "incoming", "in", "external": self = .inbound
        case "outbound", "outgoing", "out": self = .outbound
        default: return nil
        }
    }
}

/// A recorded call. It never changes once it is stored.
public struct Recording: Sendable, Hashable {
    /// 32 hex digits, for life (promise 4).
    public let id: String
    /// Grows with each recording that is stored, and is never used again; 0 until this one is.
    public var serial: Int
    public let accountID: String
    /// The file name that every interface knows it by; unique in its account (`RecordingName`).
    public let name: String
    /// The recorder's name for it; unique in its account, so that a file that is sent twice is stored once.
    public let source: String?
    /// When the call began.
    public let started: Timestamp
    public let callerNumber: String
    public let callerName: String
    public let calleeNumber: String
    public let calleeName: String
    public let direction: CallDirection
    public let callID: String
    /// The id of the call record it belongs to (`CallRecordID`); unique in its account.
    public let callRecordID: String
    /// The length of the call as the recorder states it, else that of the audio.
    public let durationMilliseconds: Int
    public let audio: AudioAttachment
    /// When the recording was stored.
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

/// How many recordings an account has, and how large they are together.
public struct RecordingTotals: Sendable, Hashable {
    public let count: Int
    /// The size of their audio.
    public let bytes: Int

    public init(count: Int, bytes: Int) {
        self.count = count
        self.bytes = bytes
    }
}
