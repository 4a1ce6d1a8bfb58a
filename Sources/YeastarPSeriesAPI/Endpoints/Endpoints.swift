import Voicemail

extension PSeriesDialect {
    /// Sends a call to the function that answers it.
    func respond(to call: PSeriesCall) async throws -> PSeriesAnswer {
        switch call.endpoint {
        // Answered before there is a caller.
        case .getToken, .refreshToken: throw PSeriesFailure.noInterface
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
        case .globalGreetingList: return try await listPrompts(call)
        case .promptUpload: return try await uploadPrompt(call)
        }
    }
}
