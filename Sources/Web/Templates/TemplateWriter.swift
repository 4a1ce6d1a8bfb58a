import NIOCore

/// Writes a template with a request's values.
struct TemplateWriter {
    private let texts: [String: String]
    /// What values are looked for in, the innermost last.
    private var stack: [[String: Any]]
    private(set) var buffer: ByteBuffer

    /// Bytes of a page, more or less.
    private static let usualSize = 32 << 10

    init(texts: [String: String], _ values: [String: Any]) {
        self.texts = texts
        stack = [values]
        buffer = ByteBufferAllocator().buffer(capacity: Self.usualSize)
    }

    mutating func write(_ parts: [Template.Part]) {
        for part in parts {
            switch part {
            case .text(let bytes): buffer.writeBytes(bytes)
            case .value(let name): if let value = value(name) { write(value) }
            case .section(let name, let inner): if let value = value(name) { write(inner, for: value) }
            case .inverted(let name, let inner): if !isThere(value(name)) { write(inner) }
            case .named(let name):
                guard let text = value(name) as? String, text.hasPrefix(TemplateSources.textPrefix) else { continue }
                buffer.writeString(texts[String(text.dropFirst(TemplateSources.textPrefix.count))] ?? "")
            }
        }
    }

    private func value(_ name: String) -> Any? {
        for values in stack.reversed() {
            if let value = values[name] { return value }
        }
        return nil
    }

    private mutating func write(_ value: Any) {
        switch value {
        case let text as String: write(escaping: text)
        case let number as Int: buffer.writeString(String(number))
        default: write(escaping: String(describing: value))
        }
    }

    private mutating func write(_ inner: [Template.Part], for value: Any) {
        switch value {
        case let flag as Bool: if flag { write(inner) }
        case is String: write(inner)
        case let list as [[String: Any]]:
            for values in list {
                stack.append(values)
                write(inner)
                stack.removeLast()
            }
        default: write(inner)
        }
    }

    private func isThere(_ value: Any?) -> Bool {
        switch value {
        case let flag as Bool: flag
        case is String: true
        case let list as [[String: Any]]: !list.isEmpty
        default: value != nil
        }
    }

    /// Escapes byte by byte, so that a quotation mark with an accent upon it is one still: a hostile name would end the attribute that it stands in.
    private mutating func write(escaping text: String) {
        var text = text
        text.withUTF8 { bytes in
            var begin = bytes.startIndex
            for index in bytes.indices {
                guard let safe = Self.safe(bytes[index]) else { continue }
                buffer.writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[begin..<index])))
                buffer.writeStaticString(safe)
                begin = index + 1
            }
            buffer.writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[begin...])))
        }
    }

    /// What stands for a byte in HTML; nil for itself.
    private static func safe(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        // What HTML allows in no text, and a browser shows in none.
        case 0: "\u{FFFD}"
        default: nil
        }
    }
}
