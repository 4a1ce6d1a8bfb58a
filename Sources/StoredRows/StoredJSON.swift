import Voicemail

/// Reads JSON text that a store has written.
///
/// `JSON.parse` is for what clients send: it sorts keys and takes `1.0` for `1`. What comes back from the
/// store must be what went in, and a request reads several documents, so this reads exactly what `JSONWriter` writes.
public struct StoredJSON {
    private var cursor: StoredJSONCursor

    /// Far beyond what any parser of ours lets in.
    private static let maximumDepth = 512

    /// The value in `bytes`; nil when they are not JSON of our writing.
    public static func value(_ bytes: UnsafeBufferPointer<UInt8>) -> JSON? {
        var reader = StoredJSON(bytes)
        guard let value = try? reader.value(depth: 0), reader.cursor.isAtEnd else { return nil }
        return value
    }

    /// The object in `bytes` with only these members of it; nil when they are no JSON object of our writing. What is left out is passed
    /// over: nothing is made of it.
    public static func object(_ bytes: UnsafeBufferPointer<UInt8>, keeping keys: Set<String>) -> JSONObject? {
        var reader = StoredJSON(bytes)
        guard let members = try? reader.object(depth: 0, keeping: keys), reader.cursor.isAtEnd else { return nil }
        return members
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { cursor = StoredJSONCursor(bytes) }

    private mutating func value(depth: Int) throws(MalformedStoredJSON) -> JSON {
        guard depth < Self.maximumDepth else { throw MalformedStoredJSON() }
        switch try cursor.peek() {
        case UInt8(ascii: "\""): return .string(try cursor.string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "t"): return try cursor.word("true", .bool(true))
        case UInt8(ascii: "f"): return try cursor.word("false", .bool(false))
        case UInt8(ascii: "n"): return try cursor.word("null", .null)
        default: return try cursor.number()
        }
    }

    private mutating func object(depth: Int, keeping keys: Set<String>? = nil) throws(MalformedStoredJSON) -> JSONObject {
        try cursor.skip(UInt8(ascii: "{"))
        var members = JSONObject()
        if try cursor.take(UInt8(ascii: "}")) { return members }
        while true {
            let key = if let keys { try cursor.key(among: keys) } else { try cursor.string() }
            try cursor.skip(UInt8(ascii: ":"))
            if let key { members[key] = try value(depth: depth + 1) } else { try cursor.passOver() }
            if try cursor.next(closing: UInt8(ascii: "}")) { return members }
        }
    }

    private mutating func array(depth: Int) throws(MalformedStoredJSON) -> [JSON] {
        try cursor.skip(UInt8(ascii: "["))
        var items: [JSON] = []
        if try cursor.take(UInt8(ascii: "]")) { return items }
        while true {
            items.append(try value(depth: depth + 1))
            if try cursor.next(closing: UInt8(ascii: "]")) { return items }
        }
    }
}
