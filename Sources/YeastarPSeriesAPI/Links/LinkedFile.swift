import HTTPFront
import HTTPTypes
import Voicemail

/// The files behind links (P§4).
extension PSeriesDialect {
    /// - Parameter name: what follows `/api/download/`.
    func file(_ name: [String], _ request: FrontRequest) async -> FrontResponse {
        await reporting(request) {
            guard settings.isEnabled else { throw PSeriesFailure.unavailable }
            guard request.method == .get || request.method == .head, name.count == 1 else { throw PSeriesFailure.noInterface }
            let entered = try await entered(name[0], request)
            let ticket = entered.link.ticket
            guard let target = LinkTarget(ticket.details) else { throw PSeriesFailure.notFound }
            if ticket.details["open"] == true {
                // Whatever token is shown with it has not been judged.
                AuditActor.current.identify(ticket.credentialID)
            } else {
                // Any valid token of the account will do, not only the one that asked for the link, if it might have asked for it.
                let application = try Self.admitted(entered.application, request)
                guard application.account.id == ticket.accountID else { throw PSeriesFailure.notFound }
                guard application.credential.permissions.contains(target.permission) else { throw PSeriesFailure.accessDenied }
                AuditActor.current.identify(application.credential.id)
            }
            let file = try await answering(within: settings.longestAnswer) {
                try await linkedFile(target, linkName: name[0], in: entered.link.account)
            }
            // The type is that of the link's ending (P§4).
            let headers: HTTPFields = [
                .contentType: AudioContainer.contentType(ofFile: name[0]), .contentDisposition: ContentDisposition.attachment(file.name),
                .cacheControl: "private, no-store",
            ]
            return .ranged(file.reader, range: request.headers[.range], policy: .standard, headers: headers)
        }
    }

    private func entered(_ name: String, _ request: FrontRequest) async throws -> (link: TicketEntry, application: Application?) {
        do { return try await applications.enter(link: name, token: Self.accessToken(of: request)) } catch is TicketError {
            throw PSeriesFailure.notFound
        }
    }

    private struct LinkedFile: Sendable {
        let reader: any BlobReader
        /// For the client to save it under.
        let name: String
    }

    /// A link dies with what it leads to.
    private func linkedFile(_ target: LinkTarget, linkName: String, in account: Account) async throws -> LinkedFile {
        switch target {
        case .greeting(let id, let fileName):
            let (reader, _) = try await service.greetings.audio(of: try await service.greetings.find(id, of: account))
            return LinkedFile(reader: reader, name: fileName)
        case .message(let id):
            let message = try await service.messages.find(id: id, of: account)
            let sound = try await service.renditions.rendition(of: message, .telephone)
            try await service.audit.noteHeard(message, in: account)
            return LinkedFile(reader: sound.reader, name: linkName)
        case .recording(let id, let format):
            let stored = try await service.renditions.find([.id(id)], of: account), recording = stored.recording
            let container = format?.container
            let sound = if let container { try await sound(of: stored, as: container) } else { try await service.renditions.download(of: stored) }
            try await service.audit.noteHeard(recording, in: account)
            return LinkedFile(reader: sound.reader, name: container.map { recording.stem + "." + $0.rawValue } ?? recording.name)
        }
    }
}
