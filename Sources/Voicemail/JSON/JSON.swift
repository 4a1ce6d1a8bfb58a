@_exported import OrderedCollections

/// A JSON object that remembers the order of its keys, so that answers read as the contracts print them.
public typealias JSONObject = OrderedDictionary<String, JSON>

/// One JSON value (RFC 8259). Whole numbers that fit stay whole.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON {
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var int: Int? { if case .int(let value) = self { value } else { nil } }
    public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    public var isNull: Bool { self == .null }

    /// The member of an object; nil for anything else.
    public subscript(key: String) -> JSON? { object?[key] }

    /// The member at a path of keys, array positions written as numbers.
    public func value(at path: some Sequence<String>) -> JSON? {
        var current = self
        for key in path {
            switch current {
            case .object(let members):
                guard let next = members[key] else { return nil }
                current = next
            case .array(let items):
                guard let index = Int(key), items.indices.contains(index) else { return nil }
                current = items[index]
            default: return nil
            }
        }
        return current
    }

    /// A scalar as the text a query string would carry; nil for null, arrays and objects.
    public var text: String? {
        switch self {
        case .string(let value): value
        case .int(let value): String(value)
        case .double(let value): String(value)
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// Whether two values are the same JSON, whatever the order of keys.
    public func isEquivalent(to other: JSON) -> Bool {
        switch (self, other) {
        case (.object(let mine), .object(let theirs)):
            mine.count == theirs.count
                && mine.allSatisfy { key, value in theirs[key].map { value.isEquivalent(to: $0) } ?? false }
        case (.array(let mine), .array(let theirs)):
            mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0.isEquivalent(to: $1) }
        default: self == other
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByFloatLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(JSONObject(elements, uniquingKeysWith: { _, last in last }))
    }

    /// Texts as an array of strings.
    public init(_ texts: some Sequence<String>) { self = .array(texts.map { .string($0) }) }
}

extension OrderedDictionary where Key == String, Value == JSON {
    /// Merges `patch` as a PATCH does (RFC 7396 in effect, but an empty object replaces): null
    /// deletes, objects merge, everything else replaces (K§2.15).
    public mutating func merge(patch: JSONObject) {
        for (key, value) in patch {
            switch (value, self[key]) {
            case (.null, _): removeValue(forKey: key)
            case (.object(let incoming), .object(var existing)?) where !incoming.isEmpty:
                existing.merge(patch: incoming)
                self[key] = .object(existing)
            case (.object(let incoming), _):
                var fresh = JSONObject()
                fresh.merge(patch: incoming)
                self[key] = .object(fresh)
            default: self[key] = value
            }
        }
    }
}
