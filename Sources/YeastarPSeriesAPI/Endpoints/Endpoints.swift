import HTTPTypes

extension PSeriesEndpoint {
    /// What is to be known of an endpoint besides its path.
    struct Row: Sendable {
        let method: HTTPRequest.Method
        let permission: ApplicationPermission?
        let takesFile: Bool
        let answer: @Sendable (PSeriesDialect, PSeriesCall) async throws -> PSeriesAnswer

        init(
            _ method: HTTPRequest.Method, _ permission: ApplicationPermission?, takesFile: Bool = false,
            _ answer: @escaping @Sendable (PSeriesDialect, PSeriesCall) async throws -> PSeriesAnswer
        ) {
            self.method = method
            self.permission = permission
            self.takesFile = takesFile
            self.answer = answer
        }
    }

    var row: Row {
        switch self {
        // The first two are answered before there is a caller, `subscribe` with a web socket.
        case .getToken: Row(.post, nil) { _, _ in throw PSeriesFailure.noInterface }
        case .refreshToken: Row(.post, nil) { _, _ in throw PSeriesFailure.noInterface }
        case .deleteToken: Row(.get, nil) { try await $0.deleteToken($1) }
        case .greetingList: Row(.get, .voicemail) { try await $0.listGreetings($1, .extension) }
        case .greetingDownload: Row(.get, .voicemail) { try await $0.linkGreeting($1, .extension, plays: false) }
        case .greetingPlay: Row(.get, .voicemail) { try await $0.linkGreeting($1, .extension, plays: true) }
        case .greetingUpload: Row(.post, .voicemail, takesFile: true) { try await $0.uploadGreeting($1, .extension) }
        case .greetingDelete: Row(.get, .voicemail) { try await $0.deleteGreeting($1, .extension) }
        case .greetingRecord: Row(.get, .voicemail) { try await $0.recordGreeting($1, .extension) }
        case .greetingUpdate: Row(.post, .voicemail) { try await $0.updateGreeting($1, .extension) }
        case .greetingCreate: Row(.post, .voicemail) { try await $0.createGreeting($1, .extension) }
        case .groupGreetingList: Row(.get, .voicemail) { try await $0.listGreetings($1, .group) }
        case .groupGreetingDownload: Row(.get, .voicemail) { try await $0.linkGreeting($1, .group, plays: false) }
        case .groupGreetingPlay: Row(.get, .voicemail) { try await $0.linkGreeting($1, .group, plays: true) }
        case .groupGreetingUpload: Row(.post, .voicemail, takesFile: true) { try await $0.uploadGreeting($1, .group) }
        case .groupGreetingDelete: Row(.get, .voicemail) { try await $0.deleteGreeting($1, .group) }
        case .groupGreetingRecord: Row(.get, .voicemail) { try await $0.recordGreeting($1, .group) }
        case .groupGreetingUpdate: Row(.post, .voicemail) { try await $0.updateGreeting($1, .group) }
        case .groupGreetingCreate: Row(.post, .voicemail) { try await $0.createGreeting($1, .group) }
        case .messageGet: Row(.get, .voicemail) { try await $0.getMessages($1) }
        case .messageQuery: Row(.get, .voicemail) { try await $0.queryMessages($1) }
        case .messageDownload: Row(.get, .voicemail) { try await $0.downloadMessage($1) }
        case .messageCreate: Row(.post, .voicemail) { try await $0.createMessage($1) }
        case .messageUpdate: Row(.post, .voicemail) { try await $0.updateMessage($1) }
        case .messageDelete: Row(.get, .voicemail) { try await $0.deleteMessage($1) }
        case .messageDeleteAll: Row(.get, .voicemail) { try await $0.deleteExtensionMessages($1) }
        case .groupList: Row(.get, .voicemail) { try await $0.listGroups($1) }
        case .recordingList: Row(.get, .recordings) { try await $0.listRecordings($1, RecordingFilter()) }
        case .recordingSearch: Row(.get, .recordings) { try await $0.listRecordings($1, try $0.recordingFilter($1)) }
        case .recordingDownload: Row(.get, .downloadRecordings) { try await $0.downloadRecording($1) }
        case .recordStart: Row(.post, .recordings) { try $0.controlRecording($1) }
        case .recordPause: Row(.post, .recordings) { try $0.controlRecording($1) }
        case .recordUnpause: Row(.post, .recordings) { try $0.controlRecording($1) }
        case .extensionList: Row(.get, .extensions) { try await $0.listExtensions($1, keywords: []) }
        case .extensionSearch: Row(.get, .extensions) { try await $0.listExtensions($1, keywords: try $1.parameters.readings("search_value")) }
        case .extensionGet: Row(.get, .extensions) { try await $0.getExtension($1) }
        case .extensionQuery: Row(.get, .extensions) { try await $0.queryExtensions($1) }
        case .extensionPassword: Row(.get, .extensions) { try await $0.getPassword($1) }
        case .extensionCreate: Row(.post, .extensions) { try await $0.createExtension($1) }
        case .extensionUpdate: Row(.post, .extensions) { try await $0.updateExtension($1) }
        case .extensionDelete: Row(.get, .extensions) { try await $0.deleteExtension($1) }
        case .systemInformation: Row(.get, .system) { $0.systemInformation($1) }
        case .callRecordList: Row(.get, .callRecords) { try await $0.listCallRecords($1, CallRecordFilter()) }
        case .callRecordSearch: Row(.get, .callRecords) { try await $0.listCallRecords($1, try $0.callRecordFilter($1)) }
        case .subscribe: Row(.get, .events) { _, _ in throw PSeriesFailure.noInterface }
        case .webhookQuery: Row(.get, .events) { try await $0.queryWebhooks($1) }
        case .webhookUpdate: Row(.post, .events) { try await $0.updateWebhooks($1) }
        case .globalGreetingList: Row(.get, .voicemail) { try await $0.listPrompts($1) }
        case .promptUpload: Row(.post, .voicemail, takesFile: true) { try await $0.uploadPrompt($1) }
        }
    }
}
