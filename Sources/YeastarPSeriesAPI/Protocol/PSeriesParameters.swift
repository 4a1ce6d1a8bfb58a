import HTTPFront
import NIOCore
import Voicemail

/// What a call was given, by name: a JSON body's members before the query's.
struct PSeriesParameters: Sendable {
    private let body: JSONObject
    private let query: Query
    /// Whether the empty text is a value of its own, as where it empties a field; otherwise it counts as none.
    var keepsEmpty = false

    /// What is not repeated in an answer, however wrong it is.
    private static let secrets: Set<String> = ["password", "refresh_token", "vm_pin"]

    /// Bytes of a JSON body.
    static let longestBody = 1 << 20

    init(query: Query, body: JSONObject = [:]) {
        self.query = query
        self.body = body
    }

    /// A body that should be an object; none at all is an empty one.
    static func object(parsing bytes: ByteBuffer) throws(PSeriesFailure) -> JSONObject {
        guard bytes.readableBytesView.contains(where: { $0 != 0x20 && !(0x09...0x0D).contains($0) }) else { return [:] }
        guard let value = try? JSON.parse(bytes.readableBytesView), case .object(let members) = value else { throw .syntaxError }
        return members
    }

    // MARK: Values

    /// The value as it came; null counts as none.
    func value(_ name: String) -> JSON? {
        if let value = body[name], !value.isNull { return value }
        return query[name].map { .string($0) }
    }

    /// A text; numbers are taken for one, as clients mix the two (P§2.4).
    func text(_ name: String) throws(PSeriesFailure) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.text else { throw .invalid(name, Self.secrets.contains(name) ? nil : value) }
        return text.isEmpty && !keepsEmpty ? nil : text
    }

    /// A telephone number or a file name in a query: `+` is a plus sign, which clients forget to encode.
    func number(_ name: String) throws(PSeriesFailure) -> String? {
        if body[name] == nil, let literal = query.literal(name) { return literal.isEmpty && !keepsEmpty ? nil : literal }
        return try text(name)
    }

    /// A file name or a word to look for as it may have been meant: `+` first as a plus sign, then as a blank (P§2.4).
    func readings(_ name: String) throws(PSeriesFailure) -> [String] {
        guard let literal = try number(name) else { return [] }
        guard let spaced = try text(name), spaced != literal else { return [literal] }
        return [literal, spaced]
    }

    /// A whole number, or its digits as a text.
    func integer(_ name: String) throws(PSeriesFailure) -> Int? {
        switch value(name) {
        case nil: return nil
        case .string("")? where !keepsEmpty: return nil
        case .int(let number)?: return number
        case .string(let text)?:
            guard let number = Int(text) else { throw .syntaxError }
            return number
        default: throw .syntaxError
        }
    }

    // MARK: Required values

    func requireText(_ name: String) throws(PSeriesFailure) -> String {
        guard let text = try text(name) else { throw .required(name) }
        return text
    }

    func requireNumber(_ name: String) throws(PSeriesFailure) -> String {
        guard let number = try number(name) else { throw .required(name) }
        return number
    }

    func requireInteger(_ name: String) throws(PSeriesFailure) -> Int {
        guard let number = try integer(name) else { throw .required(name) }
        return number
    }

    func requireReadings(_ name: String) throws(PSeriesFailure) -> [String] {
        let names = try readings(name)
        if names.isEmpty { throw .required(name) }
        return names
    }

    /// Whole numbers separated by commas, blanks around them allowed.
    func integers(_ name: String) throws(PSeriesFailure) -> [Int]? {
        if case .array(let items)? = value(name) {
            return try items.map { item throws(PSeriesFailure) in
                guard let number = item.int ?? item.string.flatMap({ Int($0) }) else { throw .syntaxError }
                return number
            }
        }
        guard let text = try text(name) else { return nil }
        return try text.pieces.map { part throws(PSeriesFailure) in
            guard let number = Int(part) else { throw .syntaxError }
            return number
        }
    }
}

extension String {
    /// What stands between commas, without the blanks around them; what is blank to others is part of it (P§7.2).
    var pieces: [String] { listed { $0 == " " } }
}
