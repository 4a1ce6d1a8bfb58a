import Voicemail

/// Broken rules in KAZOO's words (K§2.7): field path, then code, then an object.
enum ValidationWords {
    static func data(of violations: [Violation]) -> JSON {
        var fields = JSONObject()
        for violation in violations {
            let path = violation.path.map { $0.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "%2E") }
                .joined(separator: ".")
            let (code, words) = words(for: violation)
            var codes = fields[path]?.object ?? [:]
            codes[code] = .object(words)
            fields[path] = .object(codes)
        }
        return .object(fields)
    }

    private static func words(for violation: Violation) -> (code: String, words: JSONObject) {
        let value = violation.value ?? .null
        switch violation.rule {
        case .required:
            return ("required", ["message": "Field is required but missing", "value": value])
        case .type(let names):
            let target: JSON = names.count == 1 ? .string(names[0]) : JSON(names)
            return ("type", ["message": .string("Value did not match type(s): " + names.joined()), "target": target, "value": value])
        case .minLength(let limit):
            return ("minLength", length("String must be at least \(limit) characters", limit, value))
        case .maxLength(let limit):
            return ("maxLength", length("String must not be more than \(limit) characters", limit, value))
        case .enumeration(let words):
            return ("enum", ["message": "Value not found in enumerated list of values", "target": JSON(words), "value": value])
        case .minimum(let limit):
            return ("minimum", ["message": .string("Value must be at least \(limit)"), "target": .int(limit), "value": value])
        case .maximum(let limit):
            return ("maximum", ["message": .string("Value must be at most \(limit)"), "target": .int(limit), "value": value])
        case .minItems(let limit):
            return ("minItems", ["message": .string("The list must have at least \(limit) items"), "target": .int(limit), "value": value])
        case .maxItems(let limit):
            return ("maxItems", ["message": .string("The list is more than \(limit) items"), "target": .int(limit), "value": value])
        case .format(let name):
            return ("wrong_format", ["message": "Field is not in the correct format", "value": value, "format": .string(name)])
        case .unique:
            let text = violation.setting == .number ? "Invalid mailbox number or already exists" : "Value already in use"
            return ("unique", ["message": .string(text), "cause": value])
        case .pattern(let pattern):
            return ("pattern", other("Failed to match pattern '\(pattern)'", target: .string(pattern), of: violation))
        case .unknownName:
            return ("additionalProperties", other("Strict checking of data is enabled; only include schema-defined properties", of: violation))
        case .neededWithUserName: return ("required", other("The password must be provided when updating the user name", of: violation))
        case .privateHost: return ("invalid", other("the host must not be of a private network", cause: value, of: violation))
        case .ownHost: return ("invalid", other("the host must not be this machine's own", cause: value, of: violation))
        case .other(let code, let message, let target, let cause): return (code, other(message, target: target, cause: cause, of: violation))
        }
    }

    private static func other(_ message: String, target: JSON? = nil, cause: JSON? = nil, of violation: Violation) -> JSONObject {
        var words: JSONObject = ["message": .string(message)]
        words["target"] = target
        words["cause"] = cause
        words["value"] = violation.value
        return words
    }

    private static func length(_ message: String, _ limit: Int, _ value: JSON) -> JSONObject {
        ["message": .string(message), "target": .int(limit), "cause": value, "value": value]
    }
}
