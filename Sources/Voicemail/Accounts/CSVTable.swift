/// Comma-separated values (RFC 4180) with a line of names first.
struct CSVTable {
    struct Row {
        /// Where it begins in the text.
        let line: Int
        /// By column; what is empty is not there.
        let cells: [String: String]
    }

    let rows: [Row]

    /// - Parameter columns: those that may be named.
    init(_ text: String, columns: Set<String>) throws(ProvisioningList.Fault) {
        var text = text
        if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        var records = try Self.records(text)[...]
        guard let head = records.popFirst() else { throw ProvisioningList.Fault(.empty) }
        let names = head.cells.map { $0.lowercased().filter { !$0.isWhitespace } }
        for name in names where !columns.contains(name) { throw ProvisioningList.Fault(.unknownColumn(name), line: head.line) }
        guard Set(names).count == names.count else { throw ProvisioningList.Fault(.columnTwice, line: head.line) }
        var rows: [Row] = []
        for record in records where record.cells != [""] {
            guard record.cells.count <= names.count else {
                throw ProvisioningList.Fault(.tooManyCells(record.cells.count, columns: names.count), line: record.line)
            }
            let pairs = zip(names, record.cells).filter { !$1.isEmpty }
            rows.append(Row(line: record.line, cells: Dictionary(uniqueKeysWithValues: pairs.map { ($0, $1) })))
        }
        self.rows = rows
    }

    private static func records(_ text: String) throws(ProvisioningList.Fault) -> [(line: Int, cells: [String])] {
        var records: [(line: Int, cells: [String])] = []
        var cells: [String] = [], cell = "", line = 1, begin = 1, isQuoted = false, wasQuoted = false
        var rest = text.unicodeScalars[...]
        func trimmed() -> String { wasQuoted ? cell : cell.trimmed { $0 == " " } }
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
        guard !isQuoted else { throw ProvisioningList.Fault(.openQuotation, line: begin) }
        if !cells.isEmpty || !cell.isEmpty { records.append((begin, cells + [trimmed()])) }
        return records
    }
}
