import HTTPFront
import Voicemail

/// `voicemail/get_random` and `voicemail/download`: two steps, within thirty seconds (S§3.2, S§3.3).
extension SSeriesDialect {
    func voicemailRandom(_ call: SSeriesCall) async throws -> SSeriesReply {
        let number = try call.requiredExtension()
        let file = try call.parameters.required("voicemailfile")
        let status = try voicemailStatus(call)
        let allowed = try allowedAddress(call)
        let mailbox = try await mailbox(number, of: try call.requireEntry().account)
        let found = try await service.messages.find(named: file, of: mailbox.id)
        guard found.message.audio != nil, status == nil || found.message.folder == status?.folder else {
            throw SSeriesFailure.noSuchVoicemail
        }
        let random = try await issue(
            .message(id: found.message.id, mailboxID: mailbox.id, fileName: found.fileName, folder: found.message.folder), allowed, call)
        var fields: JSONObject = [call.version.extensionKey: .string(mailbox.number)]
        if call.version.showsVoicemailStatus { fields["voicemailstatus"] = .string(VoicemailStatus(found.message.folder).rawValue) }
        fields["voicemailfile"] = .string(found.fileName)
        fields["random"] = .string(random)
        return .success(fields)
    }

    func downloadVoicemail(_ call: SSeriesCall) async throws -> SSeriesReply {
        let number = try call.requiredExtension()
        let file = try call.parameters.required("voicemailfile")
        let random = try call.parameters.required("random")
        let status = try voicemailStatus(call)
        let (session, account) = (try call.requireEntry().session, try call.requireEntry().account)
        guard let grant = try await grant(random), grant.tokenHash == session.hash,
            case .message(let id, let mailboxID, let fileName, let folder) = grant.subject, fileName == file,
            status == nil || folder == status?.folder
        else { throw SSeriesFailure.wrongVoicemailRandom }
        try judgeAddress(call, grant)
        let mailbox = try await mailbox(number, of: account)
        guard mailbox.id == mailboxID else { throw SSeriesFailure.wrongVoicemailRandom }
        // The message the random was issued for, even if another one has its name by now.
        let message = try await service.messages.position(ofMessage: id, in: mailboxID).message
        let audio = try await service.renditions.rendition(of: message, .telephone)
        try await service.audit.noteHeard(message, in: account)
        try await useUp(random, call, orThrow: .wrongVoicemailRandom)
        return self.file(audio.contentType, named: fileName, .file(FileSlice(audio.reader)))
    }

    /// The one extension of a request.
    func mailbox(_ number: String, of account: Account) async throws -> Mailbox {
        guard let mailbox = try await service.mailboxes.find(number: number, of: account), Self.isExtension(mailbox) else {
            throw SSeriesFailure.noSuchExtension
        }
        return mailbox
    }

    /// Where the message must be; nil for wherever it is (S§3.2).
    private func voicemailStatus(_ call: SSeriesCall) throws -> VoicemailStatus? {
        guard let word = try call.parameters.optional("voicemailstatus") else { return nil }
        guard let status = VoicemailStatus(rawValue: word) else { throw SSeriesFailure.wrongVoicemailStatus }
        return status
    }
}
