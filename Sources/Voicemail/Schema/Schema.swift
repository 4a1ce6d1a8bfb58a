import Foundation

/// The rules for the keys of a document. A key without a rule is kept as it is (K§2.14), unless the schema is closed.
public struct Schema: Sendable {
    public indirect enum Kind: Sendable {
        /// With bounds of its length in characters.
        case string(min: Int = 0, max: Int? = nil)
        case oneOf([String])
        /// Text with one at sign, and something on either side (K§2.7).
        case email
        /// A text of at least the length that K§5.1 wants, which checks no names; or any time zone of the system's database, however short its
        /// name (`UTC`, `GB`).
        case timeZone
        case boolean
        case integer(min: Int? = nil, max: Int? = nil)
        case array(Kind)
        case object(Schema)
        /// The first kind that the value fits without coercion, else the first that it fits with it.
        case either(Kind, Kind)
    }

    public struct Field: Sendable {
        let name: String
        /// What the domain calls it; nil where no rule but this one speaks of it.
        let setting: Setting?
        let kind: Kind
        let required: Bool
        let standard: JSON?

        public init(_ name: String, _ kind: Kind, required: Bool = false, default standard: JSON? = nil) {
            self.init(name: name, setting: nil, kind: kind, required: required, standard: standard)
        }

        init(_ setting: Setting, _ kind: Kind, required: Bool = false, default standard: JSON? = nil) {
            self.init(name: setting.rawValue, setting: setting, kind: kind, required: required, standard: standard)
        }

        private init(name: String, setting: Setting?, kind: Kind, required: Bool, standard: JSON?) {
            self.name = name
            self.setting = setting
            self.kind = kind
            self.required = required
            self.standard = standard
        }
    }

    let fields: [Field]
    /// Whether a key without a rule is refused.
    let isClosed: Bool

    public init(_ fields: [Field], isClosed: Bool = false) {
        self.fields = fields
        self.isClosed = isClosed
    }

    /// Checks `object`, coerces texts of the right words (`"true"`, `"12"`; K§2.7), and fills in defaults.
    /// - Returns: the object to store, and every violation.
    public func apply(to object: JSONObject, at path: [String] = []) -> (JSONObject, [Violation]) {
        var result = object
        var violations: [Violation] = []
        for field in fields {
            let place = path + [field.name]
            guard let value = object[field.name] else {
                if let standard = field.standard {
                    result[field.name] = standard
                } else if field.required {
                    violations.append(Violation(place, .required, value: .string(field.name)).about(field.setting))
                }
                continue
            }
            let (checked, broken) = Self.check(value, against: field.kind, at: place)
            result[field.name] = checked
            violations += broken.map { $0.about(field.setting) }
        }
        if isClosed { violations += strangers(in: object, at: path) }
        return (result, violations)
    }

    private func strangers(in object: JSONObject, at path: [String]) -> [Violation] {
        let names = Set(fields.map(\.name))
        return object.filter { !names.contains($0.key) }.map { key, value in
            Violation(path + [key], .unknownName, value: value)
        }
    }

    private static func check(_ value: JSON, against kind: Kind, at path: [String]) -> (JSON, [Violation]) {
        func wrongType() -> (JSON, [Violation]) { (value, [Violation(path, .type(kind.typeNames), value: value)]) }
        switch kind {
        case .string(let min, let max):
            guard case .string(let text) = value else { return wrongType() }
            return (value, lengthViolations(of: text, min: min, max: max, at: path))
        case .oneOf(let words):
            guard case .string(let text) = value else { return wrongType() }
            return (value, words.contains(text) ? [] : [Violation(path, .enumeration(words), value: value)])
        case .email:
            guard case .string(let text) = value else { return wrongType() }
            return (value, isEmail(text) ? [] : [Violation(path, .format("email"), value: value)])
        case .timeZone:
            guard case .string(let text) = value else { return wrongType() }
            return (value, TimeZone(identifier: text) == nil ? lengthViolations(of: text, min: 5, max: 32, at: path) : [])
        case .boolean:
            guard let flag = coercedBoolean(value) else { return wrongType() }
            return (.bool(flag), [])
        case .integer(let min, let max):
            guard let number = coercedInteger(value) else { return wrongType() }
            var broken: [Violation] = []
            if let min, number < min { broken.append(Violation(path, .minimum(min), value: value)) }
            if let max, number > max { broken.append(Violation(path, .maximum(max), value: value)) }
            return (.int(number), broken)
        case .array(let element):
            guard case .array(let items) = value else { return wrongType() }
            let checked = items.enumerated().map { check($1, against: element, at: path + [String($0)]) }
            return (.array(checked.map(\.0)), checked.flatMap(\.1))
        case .object(let schema):
            guard case .object(let members) = value else { return wrongType() }
            let (checked, broken) = schema.apply(to: members, at: path)
            return (.object(checked), broken)
        case .either(let first, let second):
            let tries = [first, second].map { check(value, against: $0, at: path) }
            if let exact = tries.first(where: { $0.1.isEmpty && $0.0 == value }) { return exact }
            return tries.first { $0.1.isEmpty } ?? wrongType()
        }
    }

    private static func lengthViolations(of text: String, min: Int, max: Int?, at path: [String]) -> [Violation] {
        let count = text.unicodeScalars.count
        if count < min { return [Violation(path, .minLength(min), value: .string(text))] }
        if let max, count > max { return [Violation(path, .maxLength(max), value: .string(text))] }
        return []
    }

    /// The boolean that a text stands for (K§2.7); nil for any other value.
    private static func coercedBoolean(_ value: JSON) -> Bool? {
        switch value {
        case .bool(let flag): flag
        case .string("true"): true
        case .string("false"): false
        default: nil
        }
    }

    private static func coercedInteger(_ value: JSON) -> Int? {
        switch value {
        case .int(let number): number
        case .string(let text): Int(text)
        case .double(let number): Int(exactly: number)
        default: nil
        }
    }

    /// Whether a text has one at sign, and something on either side (K§2.7).
    static func isEmail(_ text: String) -> Bool {
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        return halves.count == 2 && halves.allSatisfy { !$0.isEmpty }
    }
}

extension Schema.Kind {
    /// The types that a violation says would be accepted.
    var typeNames: [String] {
        switch self {
        case .string, .oneOf, .email, .timeZone: ["string"]
        case .boolean: ["boolean"]
        case .integer: ["integer"]
        case .array: ["array"]
        case .object: ["object"]
        case .either(let first, let second): first.typeNames + second.typeNames
        }
    }
}
