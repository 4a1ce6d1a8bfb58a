/// The statements that the server has prepared for a connection, by their texts.
struct PreparedStatements {
    struct Statement: Sendable {
        let name: String
        let kinds: [Parameters.Kind]
    }

    /// A statement's text. The texts are a fixed set, of which few are of the same length.
    struct Text: Hashable, Sendable {
        let text: String

        func hash(into hasher: inout Hasher) { hasher.combine(text.utf8.count) }
    }

    private(set) var known: [Text: Statement] = [:]

    /// More are not kept: the texts are a fixed set, of fewer.
    private static let most = 512

    subscript(text: String) -> Statement? { known[Text(text: text)] }

    /// What the next one is called; nil when no more are kept.
    /// - Parameter others: how many are being prepared and are not known yet.
    func nextName(beyond others: Int = 0) -> String? {
        let number = known.count + others
        return number < Self.most ? "s\(number)" : nil
    }

    mutating func keep(_ statement: Statement, for text: String) { known[Text(text: text)] = statement }
}
