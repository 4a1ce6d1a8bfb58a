/// The values of one page. Their texts stand one behind the other, escaped when they are set: a page writes many of them again and again, and
/// whoever writes one copies bytes, counts no references and looks nothing up.
struct PageValues: Sendable {
    /// What a name stands for.
    struct Slot: Sendable {
        enum Kind: UInt8, Sendable { case nothing, text, no, list }

        var kind = Kind.nothing
        /// Of a list its first row, of all else the first byte.
        var begin: Int32 = 0
        /// Behind the last.
        var end: Int32 = 0

        /// Whether a section of it is shown.
        var isThere: Bool {
            switch kind {
            case .nothing, .no: false
            case .text: true
            case .list: end > begin
            }
        }
    }

    /// One value of one of a list.
    struct Entry: Sendable {
        let name: Int32
        let slot: Slot
    }

    private(set) var bytes: [UInt8] = []
    /// Of the page, by the numbers of their names.
    private(set) var slots: [Slot]
    /// Of all rows of all lists, row by row.
    private(set) var entries: [Entry] = []
    /// Where each row's begin and end among them.
    private(set) var rows: [Range<Int32>] = []

    /// Of names that values come under which the program has no constants for.
    private let numbers: [String: Int32]
    /// Of rows that are being made, the innermost last: each list's are moved to the others when it is whole.
    private var openEntries: [Entry] = []
    private var openRows: [Range<Int32>] = []
    private var depth = 0

    /// More than most pages take.
    private static let usualSize = 8 << 10

    /// - Parameter numbers: of the names that templates have; what comes under another is left out.
    init(numbers: [String: Int32]) {
        self.numbers = numbers
        slots = Array(repeating: Slot(), count: numbers.count)
    }

    /// Makes room for the texts of most pages.
    mutating func reserve() { bytes.reserveCapacity(Self.usualSize) }

    mutating func set(_ name: ValueName, _ text: String) { set(name.number, text) }
    mutating func set(_ name: ValueName, _ number: Int) { set(name.number, String(number)) }
    mutating func set(_ name: ValueName, _ flag: Bool) { set(name.number, flag) }

    /// A list, of which `add` sets the values of each.
    mutating func list<Element>(_ name: ValueName, of elements: [Element], _ add: (inout PageValues, Element) throws -> Void) rethrows {
        try list(name.number, of: elements, add)
    }

    /// Values under names, some of them lists of such.
    mutating func set(_ named: [String: Any]) {
        for (name, value) in named {
            guard let number = numbers[name] else { continue }
            switch value {
            case let text as String: set(number, text)
            case let flag as Bool: set(number, flag)
            case let whole as Int: set(number, String(whole))
            case let rows as [[String: Any]]: list(number, of: rows) { $0.set($1) }
            default: set(number, String(describing: value))
            }
        }
    }

    private mutating func set(_ name: Int32, _ text: String) {
        let begin = Int32(bytes.count)
        append(escaping: text)
        put(name, Slot(kind: .text, begin: begin, end: Int32(bytes.count)))
    }

    private mutating func set(_ name: Int32, _ flag: Bool) {
        let begin = Int32(bytes.count)
        bytes.append(contentsOf: String(flag).utf8)
        put(name, Slot(kind: flag ? .text : .no, begin: begin, end: Int32(bytes.count)))
    }

    private mutating func list<Element>(_ name: Int32, of elements: [Element], _ add: (inout PageValues, Element) throws -> Void) rethrows {
        let firstRow = openRows.count
        depth += 1
        for element in elements {
            let first = openEntries.count
            try add(&self, element)
            let begin = Int32(entries.count)
            entries.append(contentsOf: openEntries[first...])
            openEntries.removeSubrange(first...)
            openRows.append(begin..<Int32(entries.count))
        }
        depth -= 1
        let begin = Int32(rows.count)
        rows.append(contentsOf: openRows[firstRow...])
        openRows.removeSubrange(firstRow...)
        put(name, Slot(kind: .list, begin: begin, end: Int32(rows.count)))
    }

    private mutating func put(_ name: Int32, _ slot: Slot) {
        // What no template of these has is nobody's to write.
        guard Int(name) < slots.count else { return }
        if depth == 0 { slots[Int(name)] = slot } else { openEntries.append(Entry(name: name, slot: slot)) }
    }

    /// Escapes byte by byte, so that a quotation mark with an accent upon it is one still: a hostile name would end the attribute that it stands in.
    private mutating func append(escaping text: String) {
        var text = text
        text.withUTF8 { source in
            var begin = 0
            for index in 0..<source.count where Self.isEscaped(source[index]) {
                bytes.append(contentsOf: source[begin..<index])
                bytes.append(contentsOf: Self.safe(source[index]).utf8)
                begin = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[begin...]))
        }
    }

    private static func isEscaped(_ byte: UInt8) -> Bool { byte < 64 && escaped &>> UInt64(byte) & 1 == 1 }

    /// A bit for each byte that `safe` has something for.
    private static var escaped: UInt64 { 1 | 1 << 0x22 | 1 << 0x26 | 1 << 0x27 | 1 << 0x3C | 1 << 0x3E }

    /// What stands for a byte in HTML.
    private static func safe(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        // What HTML allows in no text, and a browser shows in none.
        default: "\u{FFFD}"
        }
    }
}
