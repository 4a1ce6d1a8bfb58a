import NIOCore
import Voicemail

/// Writes a template with a request's values.
struct TemplateWriter: ~Copyable {
    private let texts: [String: String]
    private let values: PageValues
    /// By the numbers of their names. While a row is written, its values stand where those of the page and of the rows around it stood.
    private var slots: [PageValues.Slot]
    /// What rows that are being written have hidden of that, the last first.
    private var hidden: [PageValues.Slot] = []
    private var bytes: GrowingBytes

    /// Bytes of a page, more or less.
    private static let usualSize = 32 << 10

    init(texts: [String: String], _ values: PageValues) {
        self.texts = texts
        self.values = values
        slots = values.slots
        bytes = GrowingBytes(capacity: Self.usualSize)
    }

    var buffer: ByteBuffer { bytes.copied() }

    mutating func write(_ template: Template) {
        template.steps.withUnsafeBufferPointer { steps in
            template.bytes.withUnsafeBytes { words in
                values.bytes.withUnsafeBytes { write(steps, 0..<steps.count, words, $0) }
            }
        }
    }

    /// - Parameters:
    ///   - words: the template's.
    ///   - said: of the values.
    private mutating func write(
        _ steps: UnsafeBufferPointer<Template.Step>, _ range: Range<Int>, _ words: UnsafeRawBufferPointer, _ said: UnsafeRawBufferPointer
    ) {
        var index = range.lowerBound
        while index < range.upperBound {
            let step = steps[index]
            index += 1
            if step.kind == .text {
                append(words, step.subject, step.end)
                continue
            }
            let slot = slot(step.subject), end = Int(step.end)
            switch step.kind {
            case .text: break
            // A list is for sections.
            case .value: if slot.kind == .text || slot.kind == .no { append(said, slot.begin, slot.end) }
            case .named: if slot.kind == .text { append(textNamed: String(decoding: said[Int(slot.begin)..<Int(slot.end)], as: UTF8.self)) }
            case .section:
                if slot.kind == .list {
                    for row in Int(slot.begin)..<Int(slot.end) {
                        show(row)
                        write(steps, index..<end, words, said)
                        hide(row)
                    }
                } else if slot.isThere {
                    write(steps, index..<end, words, said)
                }
                index = end
            case .inverted:
                if !slot.isThere { write(steps, index..<end, words, said) }
                index = end
            }
        }
    }

    private func slot(_ name: Int32) -> PageValues.Slot { Int(name) < slots.count ? slots[Int(name)] : PageValues.Slot() }

    private mutating func show(_ row: Int) {
        for index in values.rows[row] {
            let entry = values.entries[Int(index)]
            hidden.append(slots[Int(entry.name)])
            slots[Int(entry.name)] = entry.slot
        }
    }

    /// From the last to the first: a value that is set twice hides itself.
    private mutating func hide(_ row: Int) {
        for index in values.rows[row].reversed() { slots[Int(values.entries[Int(index)].name)] = hidden.removeLast() }
    }

    private mutating func append(_ source: UnsafeRawBufferPointer, _ begin: Int32, _ end: Int32) {
        bytes.append(UnsafeRawBufferPointer(rebasing: source[Int(begin)..<Int(end)]))
    }

    private mutating func append(textNamed name: String) {
        guard name.hasPrefix(TemplateSources.textPrefix), let text = texts[String(name.dropFirst(TemplateSources.textPrefix.count))] else { return }
        bytes.append(text)
    }
}
