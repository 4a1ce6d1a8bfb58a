import Foundation
import OrderedCollections

/// Why bytes were not taken as JSON.
public enum JSONParseError: Error, Equatable, Sendable {
    /// Not JSON.
    case malformed
    /// Arrays and objects nested deeper than `limit`.
    case tooDeep(limit: Int)
    /// More values than `limit`.
    case tooMany(limit: Int)
}

extension JSON {
    /// How deep arrays and objects may nest in anything a client sends.
    public static let maximumDepth = 64
    /// How many values anything a client sends may have. A megabyte of `[0,0,…` costs a hundred times its bytes.
    public static let maximumValues = 100_000

    /// Parses one JSON value.
    ///
    /// Foundation's decoder does the reading; nesting and the number of values are bounded before it runs, because its own limits
    /// are not ours to set, and a comma without a value behind it is refused (RFC 8259 §4), which it lets pass. Keys of an object come out in alphabetical order.
    /// - Throws: `JSONParseError`.
    public static func parse(_ bytes: some Collection<UInt8>, maximumDepth: Int = JSON.maximumDepth) throws(JSONParseError) -> JSON {
        try bound(bytes, depth: maximumDepth)
        do {
            return try JSONDecoder().decode(JSON.self, from: Data(bytes))
        } catch {
            throw .malformed
        }
    }

    /// Parses the UTF-8 bytes of `text`.
    public static func parse(_ text: String) throws(JSONParseError) -> JSON {
        try parse(text.utf8)
    }

    private static func bound(_ bytes: some Collection<UInt8>, depth limit: Int) throws(JSONParseError) {
        var depth = 0
        var separators = 0
        var inString = false
        var escaped = false
        /// The last byte outside of strings that is no blank.
        var last: UInt8 = 0
        for byte in bytes {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth > limit { throw .tooDeep(limit: limit) }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if last == UInt8(ascii: ",") { throw .malformed }
                depth -= 1
            case UInt8(ascii: ","):
                separators += 1
                if separators >= maximumValues { throw .tooMany(limit: maximumValues) }
            default: break
            }
            if byte != 0x20, !(0x09...0x0D).contains(byte) { last = byte }
        }
    }
}

extension JSON: Decodable {
    public init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: AnyKey.self) {
            var object = JSONObject(minimumCapacity: members.allKeys.count)
            for key in members.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
                object[key.stringValue] = try members.decode(JSON.self, forKey: key)
            }
            self = .object(object)
            return
        }
        if var items = try? decoder.unkeyedContainer() {
            var array: [JSON] = []
            while !items.isAtEnd { array.append(try items.decode(JSON.self)) }
            self = .array(array)
            return
        }
        let scalar = try decoder.singleValueContainer()
        if let value = try? scalar.decode(String.self) {
            self = .string(value)
        } else if scalar.decodeNil() {
            self = .null
        } else if let value = try? scalar.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? scalar.decode(Int.self) {
            self = .int(value)
        } else {
            self = .double(try scalar.decode(Double.self))
        }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
