import Server
import SystemPackage

/// A file of comma-separated values (RFC 4180) with a line of names first.
struct CSVTable {
    struct Row {
        /// Where it begins in the file.
        let line: Int
        /// By column; what is empty is not there.
        let cells: [String: String]
    }

    let rows: [Row]

    private static let longest = 64 << 20

    /// - Parameter columns: those that may be named.
    /// - Throws: `Refusal`.
    init(file path: String, columns: Set<String>) throws {
        let bytes: [UInt8]
        do { bytes = try SmallFile.read(path, atMost: Self.longest + 1) } catch let error as Errno { throw Refusal("\(path) cannot be read: \(error)") }
        guard bytes.count <= Self.longest else { throw Refusal("\(path) is larger than \(Self.longest) bytes") }
        guard var text = String(validating: bytes, as: UTF8.self) else { throw Refusal("\(path) is not in UTF-8") }
        if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        var records = try Self.records(text, path)[...]
        guard let head = records.popFirst() else { throw Refusal("\(path) is empty") }
        let names = head.cells.map { $0.lowercased().filter { !$0.isWhitespace } }
        for name in names where !columns.contains(name) {
            throw Refusal("\(path): there is no column \"\(name)\"; columns are \(columns.sorted().joined(separator: ", "))")
        }
        guard Set(names).count == names.count else { throw Refusal("\(path) names a column twice") }
        rows = try records.compactMap { record in
            if record.cells == [""] { return nil }
            guard record.cells.count <= names.count else {
                throw Refusal("\(path), line \(record.line): \(record.cells.count) cells in \(names.count.counted("column"))")
            }
            let pairs = zip(names, record.cells).filter { !$1.isEmpty }
            return Row(line: record.line, cells: Dictionary(uniqueKeysWithValues: pairs.map { ($0, $1) }))
        }
    }

    private static func records(_ text: String, _ path: String) throws -> [(line: Int, cells: [String])] {
        var records: [(line: Int, cells: [String])] = []
        var cells: [String] = [], cell = "", line = 1, begin = 1, isQuoted = false, wasQuoted = false
        var rest = text.unicodeScalars[...]
        func trimmed() -> String { wasQuoted ? cell : String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
        while let scalar = rest.popFirst() {
            if isQuoted {
                if scalar == "\"" {
                    if rest.first == "\"" { cell.unicodeScalars.append(rest.removeFirst()) } else { isQuoted = false }
                } else {
                    if scalar == "\n" { line += 1 }
                    cell.unicodeScalars.append(scalar)
                }
            } else if scalar == "\"", cell.allSatisfy({ $0 == " " }), !wasQuoted {
                (cell, isQuoted, wasQuoted) = ("", true, true)
            } else if scalar == "," {
                cells.append(trimmed())
                (cell, wasQuoted) = ("", false)
            } else if scalar == "\n" {
                records.append((begin, cells + [trimmed()]))
                line += 1
                (cells, cell, wasQuoted, begin) = ([], "", false, line)
            } else if scalar != "\r" {
                cell.unicodeScalars.append(scalar)
            }
        }
        guard !isQuoted else { throw Refusal("\(path), line \(begin): a quotation mark is not closed") }
        if !cells.isEmpty || !cell.isEmpty { records.append((begin, cells + [trimmed()])) }
        return records
    }
}
