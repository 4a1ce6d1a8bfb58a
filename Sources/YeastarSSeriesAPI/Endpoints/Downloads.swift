import HTTPFront
import HTTPTypes
import Voicemail

/// What the two steps of every download have in common (S§3.2, S§4.2).
extension SSeriesDialect {
    /// The one address that may download besides the client.
    func allowedAddress(_ call: SSeriesCall) throws -> NetworkAddress? {
        guard let text = try call.parameters.optional("allowedip") else { return nil }
        guard let address = NetworkAddress(text) else { throw SSeriesFailure.wrongAddress }
        return address
    }

    /// A random for something, to the client of a call.
    func issue(_ subject: DownloadGrant.Subject, _ allowed: NetworkAddress?, _ call: SSeriesCall) async throws -> String {
        let session = try call.requireEntry().session
        let grant = DownloadGrant(
            subject: subject, tokenHash: session.hash, client: ClientDetails(of: session).loginAddress, allowedAddress: allowed)
        let random = HexID.random()
        // A random is good to the end of its last second.
        try await service.tickets.open(
            random,
            TicketDraft(
                .sSeriesDownload, accountID: session.accountID, credentialID: session.credentialID, lifetime: DownloadGrant.lifetime + 1,
                details: grant.details),
            atMost: DownloadGrant.most)
        return random
    }

    /// What a random opens; nil once it has been used or is too old.
    func grant(_ random: String) async throws -> DownloadGrant? {
        do { return DownloadGrant(try await service.tickets.enter(random, .sSeriesDownload).ticket.details) } catch is TicketError { return nil }
    }

    /// Refuses a download from anywhere but the client, the address it allowed and this machine (S§4.2).
    func judgeAddress(_ call: SSeriesCall, _ grant: DownloadGrant) throws {
        guard settings.enforcesDownloadAddress else { return }
        let session = try call.requireEntry().session
        guard let remote = NetworkAddress(call.request.remote),
            remote.isLoopback || remote == grant.allowedAddress || ClientDetails(of: session).addresses.contains(remote)
        else { throw SSeriesFailure.wrongAddress }
    }

    /// Uses a random up, once everything has been judged; a HEAD does not (S§3.3).
    /// - Throws: `failure` where somebody else has used it meanwhile.
    func useUp(_ random: String, _ call: SSeriesCall, orThrow failure: SSeriesFailure) async throws {
        if call.request.method != .head, !(try await service.tickets.use(random, .sSeriesDownload)) { throw failure }
    }

    func file(_ contentType: String, named name: String, _ body: FrontResponse.Body) -> SSeriesReply {
        .file(
            FrontResponse(
                status: .ok, headers: [.contentType: contentType, .contentDisposition: ContentDisposition.attachment(name)], body: body))
    }
}
