import Voicemail

/// Rows for visitors.
extension Session {
    /// Rows of the first page of a visit, which is read at once, and of the others.
    private static let firstRows = 128, moreRows = 512

    /// Shows the rows of a statement to a visitor, until he has seen enough or `most`. The first come at once; if he wants more, they come
    /// through a cursor, as one state is seen for the whole of a transaction.
    func visit(_ statement: SQL, most: Int? = nil, _ body: (Row) throws -> Bool) throws {
        let first = min(max(0, most ?? Int.max), Self.firstRows)
        let answer = try ask(statement.limited(to: first))
        guard try show(answer, body), answer.count == first, first > 0, most != first else { return }
        try checkOpen()
        if progress.isBare { throw note(.surprised) }
        progress.cursors += 1
        let name = "c\(progress.cursors)", whole = most.map { statement.limited(to: $0) } ?? statement
        let fetch = Step("FETCH FORWARD \(raw: String(Self.moreRows)) FROM \(raw: name)", isKept: false)
        var more = try exchange([
            Step("DECLARE \(raw: name) NO SCROLL CURSOR FOR \(whole)", isKept: false),
            Step("MOVE FORWARD \(raw: String(first)) IN \(raw: name)", isKept: false), fetch,
        ]).last
        while let rows = more, try show(rows, body), rows.count == Self.moreRows { more = try exchange([fetch]).last }
        progress.posted.append(Step("CLOSE \(raw: name)", isKept: false))
    }

    /// Shows something else to a visitor.
    func show<Seen>(_ seen: Seen, _ visit: (Seen) throws -> Bool) throws -> Bool {
        isVisited = true
        defer { isVisited = false }
        return try visit(seen)
    }

    private func show(_ answer: Answer, _ body: (Row) throws -> Bool) throws -> Bool {
        isVisited = true
        defer { isVisited = false }
        for index in 0..<answer.count {
            guard try body(answer.row(index)) else { return false }
        }
        return true
    }
}
