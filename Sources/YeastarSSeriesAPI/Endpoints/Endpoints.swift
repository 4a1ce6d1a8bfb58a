import Voicemail

extension SSeriesDialect {
    /// Sends a call to the function that answers it.
    func reply(to call: Call, _ endpoint: Endpoint) async throws -> Reply {
        switch endpoint {
        case .login: try await logIn(call)
        case .heartbeat: try await heartbeat(call)
        case .logout: try await logOut(call)
        case .refreshToken: try await refreshToken(call)
        case .queryVoicemail: try await queryVoicemail(call)
        case .voicemailRandom: try await voicemailRandom(call)
        case .downloadVoicemail: try await downloadVoicemail(call)
        case .deleteVoicemail: try await deleteVoicemail(call)
        case .recordingRandom: try await recordingRandom(call)
        case .downloadRecording: try await downloadRecording(call)
        case .callRecordRandom: try await callRecordRandom(call)
        case .downloadCallRecords: try await downloadCallRecords(call)
        case .listExtensions, .listExtensionsV2: try await listExtensions(call)
        case .queryExtensions: try await queryExtensions(call)
        case .addExtension: try await addExtension(call)
        case .updateExtension: try await updateExtension(call)
        case .deleteExtension: try await deleteExtension(call)
        case .deviceInfo: try await deviceInfo(call)
        // Settings take effect at once here (S§6.5).
        case .apply: .success
        }
    }
}
