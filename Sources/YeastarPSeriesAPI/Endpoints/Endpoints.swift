import Voicemail

extension PSeriesDialect {
    /// Sends a call to the function that answers it.
    func respond(to call: PSeriesCall) async throws -> PSeriesAnswer {
        switch call.endpoint {
        // Answered before there is a caller, or in another way.
        case .getToken, .refreshToken, .subscribe: throw PSeriesFailure.noInterface
        case .deleteToken: return try await deleteToken(call)
        case .greetingList: return try await listGreetings(call, .extension)
        case .greetingDownload: return try await linkGreeting(call, .extension, plays: false)
        case .greetingPlay: return try await linkGreeting(call, .extension, plays: true)
        case .greetingUpload: return try await uploadGreeting(call, .extension)
        case .greetingDelete: return try await deleteGreeting(call, .extension)
        case .greetingRecord: return try await recordGreeting(call, .extension)
        case .greetingUpdate: return try await updateGreeting(call, .extension)
        case .greetingCreate: return try await createGreeting(call, .extension)
        case .groupGreetingList: return try await listGreetings(call, .group)
        case .groupGreetingDownload: return try await linkGreeting(call, .group, plays: false)
        case .groupGreetingPlay: return try await linkGreeting(call, .group, plays: true)
        case .groupGreetingUpload: return try await uploadGreeting(call, .group)
        case .groupGreetingDelete: return try await deleteGreeting(call, .group)
        case .groupGreetingRecord: return try await recordGreeting(call, .group)
        case .groupGreetingUpdate: return try await updateGreeting(call, .group)
        case .groupGreetingCreate: return try await createGreeting(call, .group)
        case .messageGet: return try await getMessages(call)
        case .messageQuery: return try await queryMessages(call)
        case .messageDownload: return try await downloadMessage(call)
        case .messageCreate: return try await createMessage(call)
        case .messageUpdate: return try await updateMessage(call)
        case .messageDelete: return try await deleteMessage(call)
        case .messageDeleteAll: return try await deleteExtensionMessages(call)
        case .groupList: return try await listGroups(call)
        case .recordingList: return try await listRecordings(call, RecordingFilter())
        case .recordingSearch: return try await listRecordings(call, try recordingFilter(call))
        case .recordingDownload: return try await downloadRecording(call)
        case .recordStart, .recordPause, .recordUnpause: return try controlRecording(call)
        case .extensionList: return try await listExtensions(call, keywords: [])
        case .extensionSearch: return try await listExtensions(call, keywords: try call.parameters.readings("search_value"))
        case .extensionGet: return try await getExtension(call)
        case .extensionQuery: return try await queryExtensions(call)
        case .extensionPassword: return try await getPassword(call)
        case .extensionCreate: return try await createExtension(call)
        case .extensionUpdate: return try await updateExtension(call)
        case .extensionDelete: return try await deleteExtension(call)
        case .systemInformation: return systemInformation(call)
        case .callRecordList: return try await listCallRecords(call, CallRecordFilter())
        case .callRecordSearch: return try await listCallRecords(call, try callRecordFilter(call))
        case .webhookQuery: return try await queryWebhooks(call)
        case .webhookUpdate: return try await updateWebhooks(call)
        case .globalGreetingList: return try await listPrompts(call)
        case .promptUpload: return try await uploadPrompt(call)
        }
    }
}
