import NIOCore

/// Writes JSON text straight into memory.
///
/// Foundation's encoder walks a tree of boxes; a listing of fifty messages spent most of its time there.
/// Writing has no decisions to get wrong, so this one is ours: strings are escaped as RFC 8259 §7 asks, and
/// everything else is appended as it is.
public struct JSONWriter: ~Copyable {
    private var text: GrowingBytes
    private let indent: Bool
    private var level = 0

    /// - Parameter pretty: two-space indentation and a line a member.
    public init(capacity: Int = 512, pretty: Bool = false) {
        text = GrowingBytes(capacity: capacity)
        indent = pretty
    }

    /// The finished text.
    public consuming func finish() -> ByteBuffer { text.copied() }

    public mutating func write(_ value: JSON) {
        switch value {
        case .null: raw("null")
        case .bool(let flag): if flag { raw("true") } else { raw("false") }
        case .int(let number): write(number)
        case .double(let number): if number.isFinite { text.append(number.description) } else { raw("null") }
        case .string(let text): write(text)
        case .array(let items):
            open("[")
            var first = true
            for item in items {
                separate(first: first)
                first = false
                write(item)
            }
            close("]", empty: items.isEmpty)
        case .object(let members): write(members)
        }
    }

    public mutating func write(_ members: JSONObject) {
        open("{")
        var first = true
        for (key, value) in members {
            self.key(key, first: first)
            first = false
            write(value)
        }
        close("}", empty: members.isEmpty)
    }

    public mutating func write(_ number: Int) {
        var digits = (UInt64(0), UInt64(0), UInt32(0))
        withUnsafeMutableBytes(of: &digits) { space in
            var end = space.count
            var rest = number.magnitude
            repeat {
                end -= 1
                space[end] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 { text.append(UInt8(ascii: "-")) }
            text.append(UnsafeRawBufferPointer(rebasing: space[end...]))
        }
    }

    /// A string with quotes and escapes.
    public mutating func write(_ value: String) {
        text.append(UInt8(ascii: "\""))
        escaped(value)
        text.append(UInt8(ascii: "\""))
    }

    /// A string of two parts.
    public mutating func write(_ first: String, _ second: String) {
        text.append(UInt8(ascii: "\""))
        escaped(first)
        escaped(second)
        text.append(UInt8(ascii: "\""))
    }

    private mutating func escaped(_ value: String) {
        // Most texts can be read where they lie; a copy of the string would cost a retain and a release.
        if value.utf8.withContiguousStorageIfAvailable({ escaped(UnsafeRawBufferPointer($0)) }) == nil {
            var value = value
            value.withUTF8 { escaped(UnsafeRawBufferPointer($0)) }
        }
    }

    private mutating func escaped(_ bytes: UnsafeRawBufferPointer) {
        guard Self.mayNeedEscape(bytes) else { return text.append(bytes) }
        var clean = 0
        for index in bytes.indices where Self.needsEscape(bytes[index]) {
            text.append(UnsafeRawBufferPointer(rebasing: bytes[clean..<index]))
            escape(bytes[index])
            clean = index + 1
        }
        text.append(UnsafeRawBufferPointer(rebasing: bytes[clean...]))
    }

    /// Text that is JSON already, such as a stored document or a part put together before.
    public mutating func raw(_ value: StaticString) {
        text.append(UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    public mutating func raw(_ value: ByteBuffer) { value.withUnsafeReadableBytes { text.append($0) } }

    /// `"key":`, with the comma before it unless it is the first member.
    public mutating func key(_ key: String, first: Bool) {
        separate(first: first)
        write(key)
        if indent { raw(": ") } else { raw(":") }
    }

    public mutating func open(_ bracket: StaticString) {
        raw(bracket)
        level += 1
    }

    public mutating func close(_ bracket: StaticString, empty: Bool) {
        level -= 1
        if !empty { newline() }
        raw(bracket)
    }

    public mutating func separate(first: Bool) {
        if !first { raw(",") }
        newline()
    }

    private mutating func newline() {
        guard indent else { return }
        raw("\n")
        for _ in 0..<level { raw("  ") }
    }

    /// Looks at eight bytes at a time; most texts have nothing to escape. A byte in a word says yes where it is below 0x20, a quote or a
    /// backslash; one behind such a byte may say so too (a borrow), which costs a second look and no more.
    private static func mayNeedEscape(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101, tops: UInt64 = 0x8080_8080_8080_8080
        let quotes = ones &* UInt64(UInt8(ascii: "\"")), backslashes = ones &* UInt64(UInt8(ascii: "\\"))
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let quote = word ^ quotes, backslash = word ^ backslashes
            let controls = (word &- ones &* 0x20) & ~word
            if (controls | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & tops != 0 { return true }
            offset += 8
        }
        while offset < bytes.count {
            if needsEscape(bytes[offset]) { return true }
            offset += 1
        }
        return false
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case UInt8(ascii: "\n"): raw("\\n")
        case UInt8(ascii: "\r"): raw("\\r")
        case UInt8(ascii: "\t"): raw("\\t")
        default:
            raw("\\u00")
            text.append(HexID.encode([byte]))
        }
    }
}

extension JSON {
    /// The value as compact JSON text.
    public var encoded: String { String(buffer: encode()) }

    /// The value as JSON bytes.
    public func encode(pretty: Bool = false) -> ByteBuffer {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self)
        return writer.finish()
    }
}
