import HTTPFront
import HTTPTypes
import Logging
import NIOCore
import Voicemail

/// Takes recordings in over HTTP: `PUT /intake/recordings/{name}`, the bytes as the body, what is known of the call in the query. The key
/// comes as a bearer token or as the password of basic authentication (RFC 6750, RFC 7617), and decides the account.
///
/// The answer to a recording that is stored is 201; to one that was stored before, the same bytes under the same name, 200. So a
/// recorder may send again whenever it has not heard.
public struct IntakeDialect: Dialect {
    public let name = "intake"
    private let service: VoicemailService
    private let counter: RecordingCounter

    public init(service: VoicemailService, counter: RecordingCounter) {
        self.service = service
        self.counter = counter
    }

    private static let prefix = "/intake/"

    public func claims(_ path: String) -> Bool { path.hasPrefix(Self.prefix) }

    /// Recorders name files after callers, in whatever encoding their system has; watched directories hold the same names.
    public var takesForeignText: Bool { true }

    public func bodyLimit(at path: String) -> Int? { service.limits.maximumRecordingBytes }

    public func respond(to request: FrontRequest) async -> FrontResponse {
        var response: FrontResponse
        do {
            response = try await answer(request)
        } catch {
            let failure = IntakeFailure(error)
            if failure.status.kind == .serverError { request.logFailure("a recording was not taken", error) }
            response = failure.response
        }
        response.routeLabel = request.segments.count == 3 ? "recordings/{name}" : "unknown"
        return response
    }

    public func refuse(_ fault: RequestFault, of request: FrontRequest) async -> FrontResponse? { IntakeFailure(fault).response }

    /// The order of judgement is path, method, key, parameters, bytes.
    private func answer(_ request: FrontRequest) async throws -> FrontResponse {
        guard request.segments.count == 3, request.segments[1] == "recordings", !request.segments[2].isEmpty else { throw IntakeFailure.noSuchPath }
        guard [.put, .post].contains(request.method) else { throw IntakeFailure.onlyPut }
        let account = try await service.access.holder(ofKey: try Self.key(of: request), .intake).account
        // An envelope with parts is not a sound, though a decoder would find the sound in it.
        if request.headers[.contentType]?.lowercased().hasPrefix("multipart/") == true { throw IntakeFailure.notBare }
        let name = request.segments[2]
        let draft = try RecordingDraft(
            try IntakeParameters.read(request.query), fileName: name, zone: service.mailboxes.timeZone(of: account), isComplete: false)
        let audio = try await receive(request.body, named: name, for: account)
        let outcome = try await service.recordings.take(draft, audio: audio, in: account)
        counter.count(.http, outcome.isNew ? .stored : .known)
        return FrontResponse(
            status: outcome.isNew ? .created : .ok, contentType: "application/json", bytes: JSON.object(outcome.recording.summary).encode())
    }

    /// Streams the body into the archive; nothing stays of one that does not come whole.
    private func receive(_ body: RequestBody, named name: String, for account: Account) async throws -> ReceivedAudio {
        let limit = service.limits.maximumRecordingBytes
        if let length = body.declaredLength, length > limit { throw ArchiveError.tooLarge(limit: limit) }
        return try await service.messages.receivingAudio(for: account.id, limit: limit) { intake in
            for try await piece in body { try await intake.write(piece) }
            return try await intake.finish(fileName: name, policy: .playableOnly)
        }
    }

    private static func key(of request: FrontRequest) throws(IntakeFailure) -> String {
        guard let field = request.headers[.authorization].flatMap(AuthorizationField.init) else { throw .noKey }
        if let token = field.bearerToken { return token }
        guard let text = field.basicText, let colon = text.firstIndex(of: ":") else { throw .noKey }
        return String(text[text.index(after: colon)...])
    }
}
