import Voicemail

/// Reads JSON text that a store has written.
///
/// `JSON.parse` is for what clients send: it sorts keys and takes `1.0` for `1`. What comes back from the
/// store must be what went in, and a request reads several documents, so this reads exactly what `JSONWriter` writes.
public struct StoredJSON {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// Far beyond what any parser of ours lets in.
    private static let maximumDepth = 512

    private struct Malformed: Error {}

    /// The value in `bytes`; nil when they are not JSON of our writing.
    public static func value(_ bytes: UnsafeBufferPointer<UInt8>) -> JSON? {
        var reader = StoredJSON(bytes)
        guard let value = try? reader.value(depth: 0), reader.position == bytes.count else { return nil }
        return value
    }

    /// The object in `bytes` with only these members of it; nil when they are no JSON object of our writing. What is left out is passed
    /// over: nothing is made of it.
    public static func object(_ bytes: UnsafeBufferPointer<UInt8>, keeping keys: Set<String>) -> JSONObject? {
        var reader = StoredJSON(bytes)
        guard let members = try? reader.object(depth: 0, keeping: keys), reader.position == bytes.count else { return nil }
        return members
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private mutating func value(depth: Int) throws(Malformed) -> JSON {
        guard depth < Self.maximumDepth else { throw Malformed() }
        switch try peek() {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int, keeping keys: Set<String>? = nil) throws(Malformed) -> JSONObject {
        try skip(UInt8(ascii: "{"))
        var members = JSONObject()
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return members
        }
        while true {
            let key = if let keys { try self.key(among: keys) } else { try string() }
            try skip(UInt8(ascii: ":"))
            if let key { members[key] = try value(depth: depth + 1) } else { try passOver() }
            if try next(closing: UInt8(ascii: "}")) { return members }
        }
    }

    /// A key if it is one of those. Most are none of the few that somebody wants, and no string is made of them.
    private mutating func key(among keys: Set<String>) throws(Malformed) -> String? {
        try skip(UInt8(ascii: "\""))
        let start = position
        while true {
            switch try peek() {
            case UInt8(ascii: "\""):
                let written = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[start..<position]))
                position += 1
                for key in keys where key.utf8.count == written.count {
                    var key = key
                    if key.withUTF8({ UnsafeRawBufferPointer($0).elementsEqual(written) }) { return key }
                }
                return nil
            case UInt8(ascii: "\\"):
                let key = try escapedString(from: start)
                return keys.contains(key) ? key : nil
            default: position += 1
            }
        }
    }

    private mutating func array(depth: Int) throws(Malformed) -> [JSON] {
        try skip(UInt8(ascii: "["))
        var items: [JSON] = []
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return items
        }
        while true {
            items.append(try value(depth: depth + 1))
            if try next(closing: UInt8(ascii: "]")) { return items }
        }
    }

    /// Goes past a value.
    private mutating func passOver() throws(Malformed) {
        var depth = 0
        let start = position
        while true {
            switch try peek() {
            case UInt8(ascii: "\""): try passOverString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}") where depth > 0, UInt8(ascii: "]") where depth > 0:
                depth -= 1
                position += 1
            case UInt8(ascii: ",") where depth == 0, UInt8(ascii: "}") where depth == 0, UInt8(ascii: "]") where depth == 0:
                guard position > start else { throw Malformed() }
                return
            default: position += 1
            }
        }
    }

    private mutating func passOverString() throws(Malformed) {
        try skip(UInt8(ascii: "\""))
        while true {
            let byte = try peek()
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return }
        }
    }

    /// Goes past a comma, or past `bracket` and returns true.
    private mutating func next(closing bracket: UInt8) throws(Malformed) -> Bool {
        let byte = try peek()
        position += 1
        if byte == bracket { return true }
        guard byte == UInt8(ascii: ",") else { throw Malformed() }
        return false
    }

    private mutating func string() throws(Malformed) -> String {
        try skip(UInt8(ascii: "\""))
        let start = position
        while true {
            switch try peek() {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: bytes[start..<position - 1], as: UTF8.self)
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            default: position += 1
            }
        }
    }

    private mutating func escapedString(from start: Int) throws(Malformed) -> String {
        var unescaped = Array(bytes[start..<position])
        while true {
            let byte = try peek()
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: unescaped, as: UTF8.self)
            case UInt8(ascii: "\\"): unescaped.append(try escape())
            default: unescaped.append(byte)
            }
        }
    }

    /// The byte an escape stands for: the writer escapes quotes, backslashes and controls, which are single bytes.
    private mutating func escape() throws(Malformed) -> UInt8 {
        let byte = try peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return byte
        case UInt8(ascii: "n"): return UInt8(ascii: "\n")
        case UInt8(ascii: "r"): return UInt8(ascii: "\r")
        case UInt8(ascii: "t"): return UInt8(ascii: "\t")
        case UInt8(ascii: "u"):
            guard position + 4 <= bytes.count,
                let code = UInt8(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16), code < 0x20
            else { throw Malformed() }
            position += 4
            return code
        default: throw Malformed()
        }
    }

    private mutating func number() throws(Malformed) -> JSON {
        let start = position
        var isWhole = true
        while position < bytes.count, let part = Self.numberPart(bytes[position]) {
            isWhole = isWhole && part == .whole
            position += 1
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int(text) { return .int(value) }
        guard let value = Double(text) else { throw Malformed() }
        return .double(value)
    }

    private enum NumberPart { case whole, fraction }

    private static func numberPart(_ byte: UInt8) -> NumberPart? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): .whole
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"): .fraction
        default: nil
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(Malformed) -> JSON {
        let end = position + word.utf8CodeUnitCount
        let wanted = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[position..<end].elementsEqual(wanted) else { throw Malformed() }
        position = end
        return value
    }

    private func peek() throws(Malformed) -> UInt8 {
        guard position < bytes.count else { throw Malformed() }
        return bytes[position]
    }

    private mutating func skip(_ byte: UInt8) throws(Malformed) {
        guard try peek() == byte else { throw Malformed() }
        position += 1
    }
}
