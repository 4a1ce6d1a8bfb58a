import HTTPTypes

/// What a path names behind the version (S§1); the raw value is the path.
enum SSeriesEndpoint: String, CaseIterable, Sendable {
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

    /// How a request may come. Downloads are links and everything else is posted; clients also get what needs no body, and post for
    /// the sheet of calls (S§2.1, S§5.2).
    var methods: Set<HTTPRequest.Method> { row.methods }

    /// Whether it is a link to a file.
    var isDownload: Bool { row.isDownload }

    /// Whether a request needs a token.
    var needsToken: Bool { row.needsToken }
}
