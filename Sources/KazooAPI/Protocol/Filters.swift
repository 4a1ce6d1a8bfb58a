import HTTPFront
import Voicemail

/// The filters of a listing, from the query string; a row must pass all (K§2.11).
struct Filters: Sendable {
    private enum Test: Sendable {
        case equals([String], [String])
        case differs([String], [String])
        case has([String])
        case lacks([String])
        case hasValue([String])
        case lacksValue([String])
    }

    private let tests: [Test]

    init(_ query: Query) {
        tests = query.items.compactMap { Self.test($0.name, $0.value) }
    }

    var isEmpty: Bool { tests.isEmpty }

    /// Whether an object passes.
    func pass(_ object: JSONObject) -> Bool {
        guard !tests.isEmpty else { return true }
        let row = JSON.object(object)
        return tests.allSatisfy { Self.holds($0, row) }
    }

    /// The value of `filter_{key}` when it is one plain text, so that an index can serve it.
    func equality(_ key: String) -> String? {
        for case .equals(let path, let values) in tests where path == [key] && values.count == 1 { return values[0] }
        return nil
    }

    private static func test(_ name: String, _ value: String) -> Test? {
        switch name {
        case "has_key": return .has(path(value))
        case "key_missing": return .lacks(path(value))
        case "has_value": return .hasValue(path(value))
        case "value_missing", "missing_value": return .lacksValue(path(value))
        default:
            if name.hasPrefix("filter_not_") { return .differs(path(name.dropFirst(11)), accepted(value)) }
            if name.hasPrefix("filter_") { return .equals(path(name.dropFirst(7)), accepted(value)) }
            return nil
        }
    }

    private static func path(_ text: some StringProtocol) -> [String] { text.split(separator: "." as Character).map { String($0) } }

    /// A JSON list accepts each of its elements; any other text accepts itself.
    private static func accepted(_ value: String) -> [String] {
        guard value.hasPrefix("["), let list = try? JSON.parse(value), let items = list.array else { return [value] }
        return items.compactMap(\.text)
    }

    private static func holds(_ test: Test, _ row: JSON) -> Bool {
        switch test {
        case .equals(let path, let values): values.contains(text(row.value(at: path)))
        case .differs(let path, let values): !values.contains(text(row.value(at: path)))
        case .has(let path): row.value(at: path) != nil
        case .lacks(let path): row.value(at: path) == nil
        case .hasValue(let path): !isBlank(row.value(at: path))
        case .lacksValue(let path): isBlank(row.value(at: path))
        }
    }

    /// A missing key compares as the empty text.
    private static func text(_ value: JSON?) -> String {
        guard let value else { return "" }
        return value.text ?? value.encoded
    }

    private static func isBlank(_ value: JSON?) -> Bool {
        switch value {
        case nil, .null, .string(""): true
        case .array(let items): items.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }
}
