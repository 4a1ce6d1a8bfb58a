import HTTPFront
import HTTPTypes
import Voicemail

/// `voicemail/get_random` and `voicemail/download`: two steps, within thirty seconds (contract §3.2, §3.3).
extension SSeriesDialect {
    func voicemailRandom(_ call: Call) async throws -> Reply {
        let number = try call.requiredExtension()
        let file = try call.parameters.required("voicemailfile")
        let status = try voicemailStatus(call)
        let allowed = try allowedAddress(call)
        let (session, account) = (try call.requireEntry().session, try call.requireEntry().account)
        let mailbox = try await mailbox(number, of: account)
        let found = try await service.message(named: file, of: mailbox.id)
        guard found.message.audio != nil, status == nil || found.message.folder == status?.folder else {
            throw SSeriesFailure.noSuchVoicemail
        }
        let random = grants.issue(DownloadGrants.Grant(
            subject: .message(id: found.message.id, mailboxID: mailbox.id, fileName: found.fileName, folder: found.message.folder),
            tokenHash: session.tokenHash, allowedAddress: allowed))
        var fields: JSONObject = [call.version.extensionKey: .string(mailbox.number)]
        if call.version.showsVoicemailStatus { fields["voicemailstatus"] = .string(VoicemailStatus(found.message.folder).rawValue) }
        fields["voicemailfile"] = .string(found.fileName)
        fields["random"] = .string(random)
        return .success(fields)
    }

    func downloadVoicemail(_ call: Call) async throws -> Reply {
        let number = try call.requiredExtension()
        let file = try call.parameters.required("voicemailfile")
        let random = try call.parameters.required("random")
        let status = try voicemailStatus(call)
        let (session, account) = (try call.requireEntry().session, try call.requireEntry().account)
        guard let grant = grants.grant(random), grant.tokenHash == session.tokenHash,
            case .message(let id, let mailboxID, let fileName, let folder) = grant.subject, fileName == file,
            status == nil || folder == status?.folder
        else { throw SSeriesFailure.wrongVoicemailRandom }
        try judgeAddress(call, grant)
        let mailbox = try await mailbox(number, of: account)
        guard mailbox.id == mailboxID else { throw SSeriesFailure.wrongVoicemailRandom }
        // The message the random was issued for, even if another one has its name by now.
        let message = try await service.position(ofMessage: id, in: mailboxID).message
        let audio = try await service.rendition(of: message, .telephone)
        if call.request.method == .get, !grants.consume(random) { throw SSeriesFailure.wrongVoicemailRandom }
        return .file(FrontResponse(
            status: .ok, headers: [.contentType: audio.contentType, .contentDisposition: ContentDisposition.attachment(fileName)],
            body: .file(FileSlice(audio.reader))))
    }

    /// The one extension of a request.
    func mailbox(_ number: String, of account: Document) async throws -> Document {
        guard let mailbox = try await service.mailbox(number: number, of: account) else { throw SSeriesFailure.noSuchExtension }
        return mailbox
    }

    /// Where the message must be; nil for wherever it is (§3.2).
    private func voicemailStatus(_ call: Call) throws -> VoicemailStatus? {
        guard let word = try call.parameters.optional("voicemailstatus") else { return nil }
        guard let status = VoicemailStatus(rawValue: word) else { throw SSeriesFailure.wrongVoicemailStatus }
        return status
    }

    /// The one address that may download besides the client.
    func allowedAddress(_ call: Call) throws -> NetworkAddress? {
        guard let text = try call.parameters.optional("allowedip") else { return nil }
        guard let address = NetworkAddress(text) else { throw SSeriesFailure.wrongAddress }
        return address
    }

    /// Refuses a download from anywhere but the client, the address it allowed and this machine (§4.2).
    func judgeAddress(_ call: Call, _ grant: DownloadGrants.Grant) throws {
        guard settings.enforcesDownloadAddress else { return }
        let session = try call.requireEntry().session
        guard let remote = NetworkAddress(call.request.remote),
            remote.isLoopback || remote == grant.allowedAddress || ClientDetails(of: session).addresses.contains(remote)
        else { throw SSeriesFailure.wrongAddress }
    }
}
