import HTTPFront
import Voicemail

/// `recording/get_random` and `recording/download` (S§4). A recording has one name, whatever made it.
extension SSeriesDialect {
    func recordingRandom(_ call: SSeriesCall) async throws -> SSeriesReply {
        let name = try call.parameters.required("recording")
        let allowed = try allowedAddress(call)
        let recording: Recording
        do {
            recording = try await service.recordings.find([.name(name)], of: try call.requireEntry().account)
        } catch VoicemailError.notFound {
            throw SSeriesFailure.noSuchRecording
        }
        let random = try await issue(.recording(id: recording.id, name: recording.name), allowed, call)
        return .success(["recording": .string(recording.name), "random": .string(random)])
    }

    func downloadRecording(_ call: SSeriesCall) async throws -> SSeriesReply {
        _ = try call.parameters.required("recording")
        let random = try call.parameters.required("random")
        let session = try call.requireEntry().session
        guard let grant = try await grant(random), case .recording(let id, let name) = grant.subject,
            Self.names(of: call.request.query).contains(name), Self.isSameClient(grant, session)
        else { throw SSeriesFailure.wrongRecordingRandom }
        try judgeAddress(call, grant)
        do {
            // The recording may have been removed since.
            let account = try call.requireEntry().account, stored = try await service.renditions.find([.id(id)], of: account)
            let audio = try await service.renditions.download(of: stored)
            try await service.audit.noteHeard(stored.recording, in: account)
            try await useUp(random, call, orThrow: .wrongRecordingRandom)
            return file(audio.contentType, named: name, .file(FileSlice(audio.reader)))
        } catch VoicemailError.notFound, VoicemailError.unplayable {
            throw SSeriesFailure.noSuchRecording
        }
    }

    /// Clients put names into links as they are, so a `+` is one before it is a blank (S§4.2).
    private static func names(of query: Query) -> [String] {
        [query.literal("recording"), query["recording"]].compactMap { $0 }
    }

    /// The vendor's own example downloads with another token than the random was issued to, so any token of the same client will do;
    /// the random names the file (S§4.2).
    private static func isSameClient(_ grant: DownloadGrant, _ session: Ticket) -> Bool {
        if grant.tokenHash == session.hash { return true }
        guard let client = grant.client else { return false }
        return client == ClientDetails(of: session).loginAddress
    }
}
