/// A statement, and whether the server keeps it prepared for the next time.
struct Step: Sendable {
    let statement: SQL
    let isKept: Bool

    init(_ statement: SQL, isKept: Bool) {
        self.statement = statement
        self.isKept = isKept
    }
}
