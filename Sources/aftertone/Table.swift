/// Rows as they are shown: in columns on a terminal; elsewhere with a tab between cells, for programs.
struct Table {
    /// Wider cells push the rest of their row to the right, rather than all the others.
    private static let widest = 40

    private let header: [String]
    private let isAligned: Bool
    private var widths: [Int]
    private var isBegun = false

    /// - Parameter isAligned: whether cells are padded.
    init(_ header: [String], isAligned: Bool) {
        self.header = header
        self.isAligned = isAligned
        widths = header.map { Terminal.columns(of: $0) }
    }

    /// The text of the next rows, the header before the first of them. The first rows decide how wide columns are: nobody holds them all.
    mutating func add(_ rows: [[String]]) -> String {
        var rows = rows
        if !isBegun {
            isBegun = true
            for row in rows {
                for (index, cell) in row.enumerated() { widths[index] = max(widths[index], min(Self.widest, Terminal.columns(of: cell))) }
            }
            rows.insert(header, at: 0)
        }
        return rows.map { line($0) + "\n" }.joined()
    }

    private func line(_ row: [String]) -> String {
        guard isAligned else { return row.joined(separator: "\t") }
        return row.enumerated().map { index, cell in
            index == row.count - 1 ? cell : cell + String(repeating: " ", count: max(0, widths[index] - Terminal.columns(of: cell)) + 2)
        }.joined()
    }
}
