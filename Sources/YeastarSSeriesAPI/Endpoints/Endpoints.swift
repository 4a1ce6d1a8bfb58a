import HTTPTypes

extension SSeriesEndpoint {
    /// What is to be known of an endpoint besides its path.
    struct Row: Sendable {
        let methods: Set<HTTPRequest.Method>
        let isDownload: Bool
        let needsToken: Bool
        let answer: @Sendable (SSeriesDialect, SSeriesCall) async throws -> SSeriesReply

        init(
            _ methods: Set<HTTPRequest.Method>, isDownload: Bool = false, needsToken: Bool = true,
            _ answer: @escaping @Sendable (SSeriesDialect, SSeriesCall) async throws -> SSeriesReply
        ) {
            self.methods = methods
            self.isDownload = isDownload
            self.needsToken = needsToken
            self.answer = answer
        }
    }

    var row: Row {
        switch self {
        case .login: Row([.post], needsToken: false) { try await $0.logIn($1) }
        case .heartbeat: Row([.get, .post]) { try await $0.heartbeat($1) }
        case .logout: Row([.get, .post]) { try await $0.logOut($1) }
        case .refreshToken: Row([.post], needsToken: false) { try await $0.refreshToken($1) }
        case .queryVoicemail: Row([.post]) { try await $0.queryVoicemail($1) }
        case .voicemailRandom: Row([.post]) { try await $0.voicemailRandom($1) }
        case .downloadVoicemail: Row([.get, .head], isDownload: true) { try await $0.downloadVoicemail($1) }
        case .deleteVoicemail: Row([.post]) { try await $0.deleteVoicemail($1) }
        case .recordingRandom: Row([.post]) { try await $0.recordingRandom($1) }
        case .downloadRecording: Row([.get, .head], isDownload: true) { try await $0.downloadRecording($1) }
        case .callRecordRandom: Row([.post]) { try await $0.callRecordRandom($1) }
        case .downloadCallRecords: Row([.get, .head, .post], isDownload: true) { try await $0.downloadCallRecords($1) }
        case .listExtensions: Row([.get, .post]) { try await $0.listExtensions($1) }
        case .listExtensionsV2: Row([.get, .post]) { try await $0.listExtensions($1) }
        case .queryExtensions: Row([.post]) { try await $0.queryExtensions($1) }
        case .addExtension: Row([.post]) { try await $0.addExtension($1) }
        case .updateExtension: Row([.post]) { try await $0.updateExtension($1) }
        case .deleteExtension: Row([.post]) { try await $0.deleteExtension($1) }
        case .deviceInfo: Row([.get, .post]) { try await $0.deviceInfo($1) }
        // Settings take effect at once here (S§6.5).
        case .apply: Row([.post]) { _, _ in .success }
        }
    }
}
