import StoredRows
import Voicemail

/// A statement, or a piece of one, with its parameters. What is put into the text is bound and never part of it, except what is put in as
/// `raw`, which is ours: a list of columns, an order.
struct SQL: ExpressibleByStringInterpolation, Hashable, Sendable {
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var parameters = Parameters()

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity + interpolationCount * Self.usualPiece) }

        /// Columns are the longest pieces.
        private static let usualPiece = 48

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ value: Int) { append { $0.bind(value) } }
        mutating func appendInterpolation(_ value: Int?) { append { $0.bind(value) } }
        mutating func appendInterpolation(_ value: String) { append { $0.bind(value) } }
        mutating func appendInterpolation(_ value: String?) { append { $0.bind(value) } }
        mutating func appendInterpolation(_ value: Timestamp) { append { $0.bind(value) } }
        mutating func appendInterpolation(_ value: BlobID) { append { $0.bind(value.hex) } }
        mutating func appendInterpolation(_ values: [String]) { append { $0.bind(values) } }
        mutating func appendInterpolation(_ values: [Int]) { append { $0.bind(values) } }

        mutating func appendInterpolation(_ value: StoredValue) { append { $0.bind(value) } }
        mutating func appendInterpolation(_ values: [StoredValue], _ kind: StoredTable.Kind) { append { $0.bind(values, kind) } }

        /// Parameters behind each other.
        mutating func appendInterpolation(row bind: (inout Parameters) -> Void) { append(bind) }

        mutating func appendInterpolation(raw text: String) { self.text += text }

        mutating func appendInterpolation(_ piece: SQL) {
            text += piece.text
            parameters.append(piece.parameters)
        }

        private mutating func append(_ bind: (inout Parameters) -> Void) {
            let first = parameters.count
            bind(&parameters)
            for place in first..<parameters.count { text += place == first ? "?" : ", ?" }
        }
    }

    /// With a question mark for each parameter; it has no other.
    private(set) var text: String
    private(set) var parameters: Parameters

    /// Texts are a fixed set, of which few are of the same length.
    func hash(into hasher: inout Hasher) {
        hasher.combine(text.utf8.count)
        hasher.combine(parameters)
    }

    /// Bytes.
    var size: Int { text.utf8.count + parameters.size }

    init(stringLiteral text: String) {
        self.text = text
        parameters = Parameters()
    }

    /// A statement with its question marks, and what binds them in order.
    init(_ text: String, _ bind: (inout Parameters) -> Void) {
        self.text = text
        parameters = Parameters()
        bind(&parameters)
    }

    init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        parameters = stringInterpolation.parameters
    }

    /// As PostgreSQL numbers parameters.
    static func numbered(_ text: String) -> String {
        var numbered = "", count = 0
        for character in text.unicodeScalars {
            guard character == "?" else {
                numbered.unicodeScalars.append(character)
                continue
            }
            count += 1
            numbered += "$\(count)"
        }
        return numbered
    }

    /// Draws the next number of a table's rows. The draws of a transaction are told from one another, as long as they may be foreseen.
    static func draw(_ table: String, _ place: Int) -> SQL {
        "SELECT nextval('\(raw: table)_serial_seq') AS draw\(raw: String(min(place, Foresight.most)))"
    }

    /// Draws several, which nobody foresees.
    static func draws(_ table: String, _ count: Int) -> SQL {
        "SELECT nextval('\(raw: table)_serial_seq') FROM generate_series(1, \(count))"
    }

    var isDraw: Bool { text.hasPrefix("SELECT nextval(") }

    /// The same, with at most so many rows.
    func limited(to count: Int) -> SQL {
        var limited = self
        limited.text += " LIMIT ?"
        limited.parameters.bind(count)
        return limited
    }
}
