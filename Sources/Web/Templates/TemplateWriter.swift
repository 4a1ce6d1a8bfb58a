import NIOCore

/// Writes a template with a request's values.
struct TemplateWriter {
    private let texts: [String: String]
    /// By the numbers of their names.
    private var page: [PageValue?]
    /// Of the sections of lists that are being written, the innermost last.
    private var rows: [PageRow] = []
    private(set) var buffer: ByteBuffer

    /// Bytes of a page, more or less.
    private static let usualSize = 32 << 10

    /// - Parameter numbers: of the names that templates have.
    init(texts: [String: String], _ values: [String: Any], numbers: [String: Int32]) {
        self.texts = texts
        page = Array(repeating: nil, count: numbers.count)
        for (name, value) in values {
            if let number = numbers[name] { page[Int(number)] = PageValue(value, numbers) }
        }
        buffer = ByteBufferAllocator().buffer(capacity: Self.usualSize)
    }

    mutating func write(_ template: Template) {
        template.steps.withUnsafeBufferPointer { steps in
            template.bytes.withUnsafeBytes { bytes in write(steps, 0..<steps.count, bytes) }
        }
    }

    private mutating func write(_ steps: UnsafeBufferPointer<Template.Step>, _ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) {
        var index = range.lowerBound
        while index < range.upperBound {
            let step = steps[index], end = Int(step.end)
            index += 1
            switch step.kind {
            case .text: buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[Int(step.subject)..<end]))
            case .value: if let value = value(step.subject) { write(value) }
            case .named:
                guard case .text(let text)? = value(step.subject), text.hasPrefix(TemplateSources.textPrefix) else { continue }
                buffer.writeString(texts[String(text.dropFirst(TemplateSources.textPrefix.count))] ?? "")
            case .section:
                switch value(step.subject) {
                case .rows(let list)?:
                    for row in list {
                        rows.append(row)
                        write(steps, index..<end, bytes)
                        rows.removeLast()
                    }
                case let value?: if value.isThere { write(steps, index..<end, bytes) }
                case nil: break
                }
                index = end
            case .inverted:
                if value(step.subject)?.isThere != true { write(steps, index..<end, bytes) }
                index = end
            }
        }
    }

    private func value(_ name: Int32) -> PageValue? {
        var index = rows.count
        while index > 0 {
            index -= 1
            if let value = rows[index][name] { return value }
        }
        return Int(name) < page.count ? page[Int(name)] : nil
    }

    private mutating func write(_ value: PageValue) {
        switch value {
        case .text(let text): write(escaping: text)
        case .number(let number): buffer.writeString(String(number))
        case .flag(let flag): buffer.writeString(String(flag))
        // A list is for sections.
        case .rows: break
        }
    }

    /// Escapes byte by byte, so that a quotation mark with an accent upon it is one still: a hostile name would end the attribute that it stands in.
    private mutating func write(escaping text: String) {
        var text = text
        text.withUTF8 { bytes in
            var begin = bytes.startIndex
            for index in bytes.indices {
                guard bytes[index] <= Self.lastEscaped, let safe = Self.safe(bytes[index]) else { continue }
                buffer.writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[begin..<index])))
                buffer.writeStaticString(safe)
                begin = index + 1
            }
            buffer.writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[begin...])))
        }
    }

    /// Most bytes of most texts are above all that `safe` has something for.
    private static let lastEscaped = UInt8(ascii: ">")

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
