import HTTPTypes

/// What a path names behind the version (contract §1); the raw value is the path.
enum Endpoint: String, CaseIterable, Sendable {
    case login
    case heartbeat
    case logout
    case refreshToken = "token/refresh"
    case queryVoicemail = "voicemail/query"
    case voicemailRandom = "voicemail/get_random"
    case downloadVoicemail = "voicemail/download"
    case deleteVoicemail = "voicemail/delete"
    case recordingRandom = "recording/get_random"
    case downloadRecording = "recording/download"
    case callRecordRandom = "cdr/get_random"
    case downloadCallRecords = "cdr/download"
    case listExtensions = "extensionlist/query"
    case listExtensionsV2 = "extension/list"
    case queryExtensions = "extension/query"
    case addExtension = "extension/add"
    case updateExtension = "extension/update"
    case deleteExtension = "extension/delete"
    case deviceInfo = "deviceinfo/query"
    case apply

    /// Downloads are links; everything else is posted.
    var method: HTTPRequest.Method {
        switch self {
        case .downloadVoicemail, .downloadRecording, .downloadCallRecords: .get
        default: .post
        }
    }

    /// Whether a request needs a token.
    var needsToken: Bool { self != .login && self != .refreshToken }
}
