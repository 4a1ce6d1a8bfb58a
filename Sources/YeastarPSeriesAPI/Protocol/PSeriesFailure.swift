import HTTPFront
import Voicemail

/// An answer that is an error, in P-Series words (P§2.5 to P§2.7). This file is the dialect's one error table.
struct PSeriesFailure: Error, Hashable {
    let code: Int
    let message: String
    /// Beside `errcode` and `errmsg`.
    var fields: JSONObject = [:]

    init(_ code: Int, _ message: String, _ fields: JSONObject = [:]) {
        self.code = code
        self.message = message
        self.fields = fields
    }

    static let internalError = PSeriesFailure(-2, "INTERNAL SERVER ERROR")
    static let noInterface = PSeriesFailure(10001, "INTERFACE NOT EXISTED")
    static let unsupportedVersion = PSeriesFailure(10003, "API VERSION UNSUPPORTED")
    static let tokenExpired = PSeriesFailure(10004, "TOKEN EXPIRED")
    static let accessDenied = PSeriesFailure(10005, "ACCESS DENIED")
    static let operationFailed = PSeriesFailure(10009, "OPERATION FAILED")
    static let syntaxError = PSeriesFailure(40001, "PARAMETER SYNTAX ERROR")
    static let parameterError = PSeriesFailure(40002, "PARAMETER ERROR")
    static let fileTooLarge = PSeriesFailure(40004, "FILE SIZE EXCEEDED")
    static let notFound = PSeriesFailure(60001, "DATA NOT FOUND")
    static let limitExceeded = PSeriesFailure(60002, "MAX LIMITATION EXCEEDED")
    static let addressBlocked = PSeriesFailure(70004, "ACCOUNT IP BLOCKED")
    static let overloaded = PSeriesFailure(70082, "OVERLOAD_TASK_RUNNING")
    static let addressForbidden = PSeriesFailure(70087, "IP FORBIDDEN")
    static let unavailable = PSeriesFailure(70123, "API UNAVAILABLE")
    /// Spelt as published.
    static let noChannel = PSeriesFailure(70130, "CAHNNEL ID NOT FOUND")
    static let unsupportedOperation = PSeriesFailure(70132, "OPERATION NOT SUPPORTED")

    /// A required parameter is missing or empty.
    static func required(_ field: String) -> PSeriesFailure {
        invalid([["field": .string(field), "validation_type": "required"]])
    }

    /// A value is outside what may be there.
    static func invalid(_ field: String, _ value: JSON?) -> PSeriesFailure {
        var item: JSONObject = ["field": .string(field)]
        item["value"] = value
        return invalid([.object(item)])
    }

    private static func invalid(_ items: [JSON]) -> PSeriesFailure {
        PSeriesFailure(parameterError.code, parameterError.message, ["invalid_param_list": .array(items)])
    }

    /// A wrong id or secret (the first published example).
    static let badCredentials = PSeriesFailure(
        -1, "FAILURE", ["invalid_param_list": [["field": "username or password", "value": "error"]]])

    /// A value that something else has already.
    /// - Parameters:
    ///   - source: the kind of that thing, and `name`, what it is called.
    ///   - fields: what stands before the list, such as `owner`.
    static func duplicate(_ field: String, _ value: String, source: String, name: String, _ fields: JSONObject = [:]) -> PSeriesFailure {
        var fields = fields
        fields["duplicate_field_list"] = [duplicateField(field, value, source: source, name: name)]
        return PSeriesFailure(40003, "DUPLICATE KEY VALUE", fields)
    }

    /// Several at once (the third published example).
    static func duplicates(_ items: [JSON], _ text: String) -> PSeriesFailure {
        PSeriesFailure(40003, "DUPLICATE KEY VALUE", ["submsg": .string(text), "duplicate_field_list": .array(items)])
    }

    static func duplicateField(_ field: String, _ value: String, source: String, name: String) -> JSON {
        ["field": .string(field), "value": .string(value), "external_source": .string(source), "external_source_name": .string(name)]
    }

    /// The domain's and the ports' errors in P-Series words. `internalError` is what nobody foresaw, and is logged.
    init(_ error: any Error) {
        self =
            switch error {
            case let failure as PSeriesFailure: failure
            case let error as VoicemailError: Self.domain(error)
            case is ConversionTurns.Busy, AudioError.overloaded, BodyError.busy: .overloaded
            case is LoginGuard.Locked: .addressBlocked
            // No room: what was asked for was not done, and is foreseen.
            case StoreError.full, ArchiveError.full, AudioError.full: .operationFailed
            case ArchiveError.tooLarge: .fileTooLarge
            case is BodyError, is MultipartError: .syntaxError
            default: .internalError
            }
    }

    private static func domain(_ error: VoicemailError) -> PSeriesFailure {
        switch error {
        // What no decoder accepts is refused where it is sent; where it is asked for, there is nothing of that kind.
        case .notFound, .noAudio, .expired, .unplayable: .notFound
        case .invalid(let violations): invalid(violations)
        case .documentTooLarge: parameterError
        case .forbidden: .accessDenied
        case .badCredentials: .badCredentials
        case .disabled: .unavailable
        // The extension's voicemail is switched off, not the API.
        case .mailboxDisabled: .operationFailed
        // It is there and may not go: no code says that.
        case .held: .operationFailed
        case .conflict: PSeriesFailure(40003, "DUPLICATE KEY VALUE")
        case .limitReached: .limitExceeded
        }
    }

    private static func invalid(_ violations: [Violation]) -> PSeriesFailure {
        invalid(
            violations.map { violation in
                let field = JSON.string(violation.path.joined(separator: "."))
                if case .required = violation.rule { return ["field": field, "validation_type": "required"] }
                var item: JSONObject = ["field": field]
                item["value"] = violation.value
                return .object(item)
            })
    }
}
