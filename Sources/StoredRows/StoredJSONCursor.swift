import Voicemail

/// Text that is no JSON of our writing.
struct MalformedStoredJSON: Error {}

/// Goes over JSON text that a store has written: reads its strings, numbers and words, and passes over what nobody wants of it.
struct StoredJSONCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// Bytes of a key of which a string is made without a second look.
    private static let shortKey = 15

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// A key if it is one of those. Most are none of the few that somebody wants, and no string is made of them.
    mutating func key(among keys: Set<String>) throws(MalformedStoredJSON) -> String? {
        try skip(UInt8(ascii: "\""))
        let start = position
        while true {
            switch try peek() {
            case UInt8(ascii: "\""):
                let written = bytes[start..<position]
                position += 1
                // A short string takes no memory.
                guard written.count <= Self.shortKey || keys.contains(where: { $0.utf8.count == written.count }) else { return nil }
                let key = String(decoding: written, as: UTF8.self)
                return keys.contains(key) ? key : nil
            case UInt8(ascii: "\\"):
                let key = try escapedString(from: start)
                return keys.contains(key) ? key : nil
            default: position += 1
            }
        }
    }

    /// Goes past a value.
    mutating func passOver() throws(MalformedStoredJSON) {
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
                guard position > start else { throw MalformedStoredJSON() }
                return
            default: position += 1
            }
        }
    }

    private mutating func passOverString() throws(MalformedStoredJSON) {
        try skip(UInt8(ascii: "\""))
        while true {
            let byte = try peek()
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return }
        }
    }

    /// Goes past a comma, or past `bracket` and returns true.
    mutating func next(closing bracket: UInt8) throws(MalformedStoredJSON) -> Bool {
        let byte = try peek()
        position += 1
        if byte == bracket { return true }
        guard byte == UInt8(ascii: ",") else { throw MalformedStoredJSON() }
        return false
    }

    mutating func string() throws(MalformedStoredJSON) -> String {
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

    private mutating func escapedString(from start: Int) throws(MalformedStoredJSON) -> String {
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
    private mutating func escape() throws(MalformedStoredJSON) -> UInt8 {
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
            else { throw MalformedStoredJSON() }
            position += 4
            return code
        default: throw MalformedStoredJSON()
        }
    }

    mutating func number() throws(MalformedStoredJSON) -> JSON {
        let start = position
        var isWhole = true
        while position < bytes.count, let part = Self.numberPart(bytes[position]) {
            isWhole = isWhole && part == .whole
            position += 1
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int(text) { return .int(value) }
        guard let value = Double(text) else { throw MalformedStoredJSON() }
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

    mutating func word(_ word: StaticString, _ value: JSON) throws(MalformedStoredJSON) -> JSON {
        let end = position + word.utf8CodeUnitCount
        let wanted = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[position..<end].elementsEqual(wanted) else { throw MalformedStoredJSON() }
        position = end
        return value
    }

    func peek() throws(MalformedStoredJSON) -> UInt8 {
        guard position < bytes.count else { throw MalformedStoredJSON() }
        return bytes[position]
    }

    mutating func skip(_ byte: UInt8) throws(MalformedStoredJSON) {
        guard try peek() == byte else { throw MalformedStoredJSON() }
        position += 1
    }

    /// Goes past a byte if it is the next one.
    mutating func take(_ byte: UInt8) throws(MalformedStoredJSON) -> Bool {
        guard try peek() == byte else { return false }
        position += 1
        return true
    }
}
