import HTTPFront
import HTTPTypes
import Voicemail

/// What is answered in place of what was asked for: this interface's one error table.
enum WebFailure: Error, Hashable {
    /// To whoever has no session: the way to the login.
    case logIn(hadSession: Bool)
    case notFound
    case noMailbox
    /// A form that is not of this session.
    case stale
    case method
    case notAForm
    case unplayable
    /// It may not be removed while a legal hold covers it.
    case held
    /// Somebody else has set the server up with the same code.
    case alreadySetUp
    case busy, full, failed
    /// What the front refuses, with its status.
    case malformed(Int)

    init(_ error: any Error) {
        self =
            switch error {
            case let failure as WebFailure: failure
            case let fault as RequestFault: WebFailure(fault)
            case VoicemailError.notFound, VoicemailError.noAudio, VoicemailError.forbidden: .notFound
            case VoicemailError.unplayable: .unplayable
            case VoicemailError.expired, VoicemailError.conflict: .stale
            case VoicemailError.held: .held
            case StoreError.full, ArchiveError.full, AudioError.full: .full
            case AudioError.overloaded, BodyError.busy: .busy
            case BodyError.tooLarge: .malformed(413)
            case is BodyError: .malformed(400)
            default: .failed
            }
    }

    init(_ fault: RequestFault) {
        self =
            switch fault {
            case .malformedPath, .malformedQuery, .tooManyParameters, .malformedRequest: .malformed(400)
            case .targetTooLong: .malformed(414)
            case .headersTooLarge: .malformed(431)
            case .unknownCoding: .malformed(501)
            }
    }

    var status: HTTPResponse.Status {
        switch self {
        case .logIn: .seeOther
        case .notFound: .notFound
        case .noMailbox: .ok
        case .stale: .forbidden
        case .alreadySetUp, .held: .conflict
        case .method: .methodNotAllowed
        case .notAForm, .unplayable: .unsupportedMediaType
        case .busy: .serviceUnavailable
        case .full: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        case .failed: .internalServerError
        case .malformed(let code): HTTPResponse.Status(code: code)
        }
    }

    /// The texts of its page: this, and this with `_more`.
    var key: String {
        switch self {
        case .logIn, .failed: "failed"
        case .notFound: "not_found"
        case .noMailbox: "no_boxes"
        case .stale: "stale"
        case .method: "method"
        case .unplayable: "unplayable"
        case .held: "held"
        case .alreadySetUp: "set_up"
        case .busy: "busy"
        case .full: "full"
        case .notAForm, .malformed: "malformed"
        }
    }
}
