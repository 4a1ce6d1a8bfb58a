import HTTPFront
import HTTPTypes
import Logging
import Voicemail

/// Where mailed links lead: `GET /download/{link}`, the sound of one message, in a form that every browser plays. It asks for no login, no script and
/// no page, and hearing a message this way changes nothing of it: programs that look over mail follow links, too.
public struct LinkDialect: Dialect {
    public let name = "links"
    private let service: VoicemailService
    private let links: MessageLinks

    public init(service: VoicemailService) {
        self.service = service
        links = MessageLinks(service)
    }

    public func claims(_ path: String) -> Bool { path.hasPrefix(MessageLinks.path) }

    public func respond(to request: FrontRequest) async -> FrontResponse {
        var response: FrontResponse
        do {
            response = try await answer(request)
        } catch {
            let failure = Failure(error)
            if failure == .failed { request.logFailure("a linked message was not sent", error) }
            response = .text(failure.status, failure.words)
            if failure == .method { response.headers[.allow] = "GET, HEAD" }
            if failure == .busy { response.headers[.retryAfter] = "30" }
        }
        // The link must not reach the next page's server in a Referer.
        response.headers[Self.referrerPolicy] = "no-referrer"
        response.headers[Self.robots] = "noindex"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.cacheControl] = "private, no-store"
        response.routeLabel = "{link}"
        return response
    }

    private func answer(_ request: FrontRequest) async throws -> FrontResponse {
        guard request.segments.count == 2 else { throw MessageLink.Fault.unknown }
        guard [.get, .head].contains(request.method) else { throw Failure.method }
        let notice = try await links.follow(request.segments[1])
        let (reader, type, disposition) = try await sound(of: notice.message)
        try await service.audit.noteHeard(notice.message, in: notice.account)
        return .ranged(
            reader, range: request.headers[.range], policy: .standard, headers: [.contentType: type, .contentDisposition: disposition])
    }

    /// As MP3; what no decoder accepts as it is stored, to be kept and not opened.
    private func sound(of message: Message) async throws -> (any BlobReader, type: String, disposition: String) {
        do {
            let sound = try await service.renditions.rendition(of: message, .mp3)
            return (sound.reader, sound.contentType, "inline; filename=\"message.mp3\"")
        } catch VoicemailError.unplayable {
            let (reader, audio) = try await service.messages.audio(of: message)
            return (reader, AudioContainer.unknownType, "attachment; filename=\"message.\(audio.fileExtension.filter { $0.isASCII && $0.isLetter })\"")
        }
    }

    /// This interface's one error table.
    private enum Failure: Error, Hashable {
        case unknown, over, method, busy, full, failed

        init(_ error: any Error) {
            self =
                switch error {
                case let failure as Failure: failure
                case MessageLink.Fault.over: .over
                case MessageLink.Fault.unknown, VoicemailError.notFound, VoicemailError.noAudio: .unknown
                case AudioError.overloaded: .busy
                case StoreError.full, ArchiveError.full, AudioError.full: .full
                default: .failed
                }
        }

        var status: HTTPResponse.Status {
            switch self {
            case .unknown: .notFound
            case .over: .gone
            case .method: .methodNotAllowed
            case .busy: .serviceUnavailable
            case .full: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
            case .failed: .internalServerError
            }
        }

        var words: String {
            switch self {
            case .unknown: "There is no such message."
            case .over: "This link is no longer good."
            case .method: "Only GET and HEAD."
            case .busy: "Too much is being prepared; try again in half a minute."
            case .full: "There is no room to prepare the message."
            case .failed: "The message cannot be sent at the moment."
            }
        }
    }

    private static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    private static let robots = HTTPField.Name("X-Robots-Tag")!
}
