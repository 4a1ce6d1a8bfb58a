import HTTPTypes
import NIOCore
import Voicemail

/// An answer that is an error, in KAZOO's words (K§2.6). This file is the dialect's one error table.
struct KazooFailure: Error {
    let status: Int
    /// The top-level `message`: the error's name.
    let name: String
    let data: JSON
    /// 406 and 415 have no body.
    var hasBody = true

    private init(_ status: Int, _ name: String, _ data: JSON) {
        self.status = status
        self.name = name
        self.data = data
    }

    private static func simple(_ status: Int, _ name: String, _ text: String) -> KazooFailure {
        KazooFailure(status, name, ["message": .string(text)])
    }

    private static func bodiless(_ status: Int) -> KazooFailure {
        var failure = KazooFailure(status, "", .null)
        failure.hasBody = false
        return failure
    }

    /// No token where one is needed, or a wrong login.
    static let unauthenticated = simple(401, "invalid_credentials", "invalid credentials")
    /// A token that is unknown or expired: the name has a space, and `data` is empty.
    static let badToken = KazooFailure(401, "invalid credentials", [:])
    static let forbidden = simple(403, "forbidden", "forbidden")
    static let notFound = simple(404, "not_found", "not found")
    static let wrongMethod = simple(405, "invalid_method", "method not allowed")
    static let notAcceptable = bodiless(406)
    static let unsupportedMediaType = bodiless(415)
    static let conflict = simple(409, "datastore_conflict", "conflicting documents")
    static let gone = simple(410, "gone", "version 1 of the API is no longer supported")
    /// RFC 9110 §15.5.15; the contract names no word for it.
    static let targetTooLong = simple(414, "uri_too_long", "request target too long")
    /// RFC 6585 §5.
    static let headersTooLarge = simple(431, "request_header_fields_too_large", "request header fields too large")
    /// Too many failed logins from wherever (F§2-2).
    static let locked = simple(423, "locked", "too many failed logins")
    static let tooManyRequests = simple(429, "too_many_requests", "too many requests")
    static let fault = simple(500, "unspecified_fault", "unspecified fault")
    /// RFC 9112 §6.1.
    static let unknownCoding = simple(501, "not_implemented", "the transfer coding is not known")
    static let unreachable = simple(503, "datastore_unreachable", "datastore is not reachable")
    static let storageFault = simple(503, "datastore_fault", "datastore fault")
    static let storageFull = simple(503, "datastore_fault", "no space left in the datastore")

    static func badIdentifier(_ cause: String) -> KazooFailure {
        KazooFailure(404, "bad_identifier", ["message": "bad identifier", "cause": .string(cause)])
    }

    static func badAccount(_ id: String) -> KazooFailure {
        simple(404, "bad identifier", id.isEmpty ? "missing account_id" : "invalid account_id '\(id)'")
    }

    /// An unknown API key, and a greeting without audio: `data` is an array (K§3.3, K§8).
    static func badKey(_ key: String) -> KazooFailure { KazooFailure(404, "bad identifier", [.string(key)]) }

    static func faultyRequest(_ text: String) -> KazooFailure { simple(404, "faulty_request", text) }

    static func parseError() -> KazooFailure { simple(400, "parse_error", "failed to parse request body") }

    static func invalid(_ violations: [Violation]) -> KazooFailure {
        KazooFailure(400, "validation error", ValidationWords.data(of: violations))
    }

    static func invalid(_ field: String, _ code: String, _ message: String, target: JSON? = nil, cause: JSON? = nil) -> KazooFailure {
        invalid([Violation([field], .other(code: code, message: message, target: target, cause: cause))])
    }

    /// 413 with the body of the validation error (K§12-29).
    static func tooLarge(_ limit: Int) -> KazooFailure {
        let words: JSON = ["message": .string("Payload or Files must not be more than \(limit) bytes"), "target": .int(limit)]
        return KazooFailure(413, "validation error", ["file": ["maxSize": words]])
    }

    /// The domain's and the ports' errors in KAZOO's words.
    init(_ error: any Error) {
        self =
            switch error {
            case let failure as KazooFailure: failure
            case let error as VoicemailError: Self.domain(error)
            case StoreError.conflict: .conflict
            case StoreError.full, ArchiveError.full, AudioError.full: .storageFull
            case is StoreError, is ArchiveError: .storageFault
            case let locked as LoginGuard.Locked: locked.kind == .source ? .tooManyRequests : .locked
            default: .fault
            }
    }

    private static func domain(_ error: VoicemailError) -> KazooFailure {
        switch error {
        case .notFound(let id): badIdentifier(id)
        case .noAudio: badIdentifier("voicemail message does not have any audio file")
        case .invalid(let violations): invalid(violations)
        case .documentTooLarge(let limit): tooLarge(limit)
        case .forbidden, .limitReached: forbidden
        case .badCredentials: unauthenticated
        case .disabled: invalid("account", "disabled", "account disabled")
        case .mailboxDisabled: invalid("enabled", "disabled", "the voicemail box is disabled")
        case .expired(let id, let cutoff):
            invalid(id, "date_range", "cannot make changes to messages prior to retention duration", cause: .int(cutoff.gregorian))
        case .held(let id): invalid(id, "legal_hold", "cannot remove what is under legal hold")
        case .conflict: conflict
        case .unplayable: invalid("file", "invalid", "the audio cannot be decoded")
        }
    }
}
