import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// A refusal of the HTTP intake: this interface's one error table.
struct IntakeFailure: Error {
    let status: HTTPResponse.Status
    let message: String
    private var headers: HTTPFields = [:]

    private init(_ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.headers = headers
    }

    static let noSuchPath = IntakeFailure(.notFound, "there is nothing here but /intake/recordings/{name}")
    static let onlyPut = IntakeFailure(.methodNotAllowed, "recordings are put", headers: [.allow: "PUT, POST"])
    static let noKey = IntakeFailure(.unauthorized, "a key is needed", headers: [.wwwAuthenticate: "Bearer, Basic realm=\"aftertone\""])
    static let notBare = IntakeFailure(.unsupportedMediaType, "the bytes of the recording are the body, and not a part of it (with curl: -T, not -F)")
    private static let badKey = IntakeFailure(.unauthorized, "the key is not known", headers: noKey.headers)

    init(_ error: any Error) {
        self =
            switch error {
            case let failure as IntakeFailure: failure
            case let error as VoicemailError: Self.domain(error)
            case let error as ArchiveError: Self.archive(error)
            case BodyError.tooLarge(let limit): Self.tooLarge(limit)
            case is BodyError: IntakeFailure(.badRequest, "the body did not come whole")
            case StoreError.full: Self.full
            case AudioError.overloaded: Self.busy
            default: IntakeFailure(.internalServerError, "the recording could not be stored")
            }
    }

    /// Refusals of the HTTP front.
    init(_ fault: RequestFault) {
        self =
            switch fault {
            case .malformedPath: IntakeFailure(.badRequest, "the path is not percent-encoded")
            case .malformedQuery: IntakeFailure(.badRequest, "the query is not percent-encoded")
            case .tooManyParameters(let limit): IntakeFailure(.badRequest, "more than \(limit) query parameters")
            case .targetTooLong(let limit): IntakeFailure(.uriTooLong, "path and query are longer than \(limit) bytes")
            case .malformedRequest: IntakeFailure(.badRequest, "this is no request of HTTP/1.1")
            case .headersTooLarge: IntakeFailure(.requestHeaderFieldsTooLarge, "the header fields are too many or too long")
            case .unknownCoding: IntakeFailure(.notImplemented, "the only transfer coding is chunked")
            }
    }

    private static func domain(_ error: VoicemailError) -> IntakeFailure {
        switch error {
        case .badCredentials: badKey
        case .disabled: IntakeFailure(.forbidden, "the account is switched off")
        case .conflict: IntakeFailure(.conflict, "there is another recording of this name")
        case .unplayable: IntakeFailure(.unsupportedMediaType, "no decoder accepts the audio; what is taken: \(AudioContainer.acceptedKinds)")
        case .invalid(let violations):
            IntakeFailure(.badRequest, violations.map { $0.path.joined(separator: ".") + " " + words($0.rule) }.joined(separator: "; "))
        default: IntakeFailure(.internalServerError, "the recording could not be stored")
        }
    }

    private static func words(_ rule: Violation.Rule) -> String {
        switch rule {
        case .required: "is needed: neither the request nor the name tells it"
        case .maxLength(let most): "is longer than \(most) characters"
        case .enumeration(let words): "is none of \(words.joined(separator: ", "))"
        case .format(let name): "is no \(name)"
        default: "is out of bounds"
        }
    }

    private static func archive(_ error: ArchiveError) -> IntakeFailure {
        switch error {
        case .tooLarge(let limit): tooLarge(limit)
        case .full: full
        case .missing, .damaged, .failed: IntakeFailure(.internalServerError, "the recording could not be stored")
        }
    }

    private static func tooLarge(_ limit: Int) -> IntakeFailure {
        IntakeFailure(.contentTooLarge, "a recording has at most \(limit) bytes")
    }

    private static let busy = IntakeFailure(
        .serviceUnavailable, "too many recordings of this account wait to be measured", headers: [.retryAfter: "30"])
    private static let full = IntakeFailure(HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage"), "there is no room")

    var response: FrontResponse {
        var response = FrontResponse(status: status, contentType: "application/json", bytes: (["error": .string(message)] as JSON).encode())
        for field in headers { response.headers.append(field) }
        return response
    }
}
