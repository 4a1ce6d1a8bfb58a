import NIOCore
import Voicemail

/// Writes RFC 4180: CRLF behind every record, quotes around fields that need them, quotes doubled.
public struct CSVWriter: Sendable {
    public private(set) var buffer = ByteBuffer()
    private let guardsFormulas: Bool

    /// - Parameter guardsFormulas: puts an apostrophe before fields that begin with `=`, `+`, `-`, `@`, tab or carriage return, which a
    ///   spreadsheet would otherwise run. Callers' names are hostile text, so this is on unless a caller needs the bytes
    ///   as they are. A telephone number, `+` and digits, stays as it is: programs read it, and it runs nothing.
    public init(guardsFormulas: Bool = true) {
        self.guardsFormulas = guardsFormulas
    }

    public mutating func write(_ record: some Sequence<String>) {
        var isFirst = true
        for field in record {
            if !isFirst { buffer.writeStaticString(",") }
            isFirst = false
            write(field: field)
        }
        buffer.writeStaticString("\r\n")
    }

    private mutating func write(field: String) {
        let isFormula = guardsFormulas && Self.isFormula(field)
        let needsQuotes = field.utf8.contains { Self.special.contains($0) } || field.utf8.first == UInt8(ascii: " ") || field.utf8.last == UInt8(ascii: " ")
        guard needsQuotes else {
            if isFormula { buffer.writeStaticString("'") }
            buffer.writeString(field)
            return
        }
        buffer.writeStaticString("\"")
        if isFormula { buffer.writeStaticString("'") }
        for byte in field.utf8 {
            if byte == UInt8(ascii: "\"") { buffer.writeInteger(byte) }
            buffer.writeInteger(byte)
        }
        buffer.writeStaticString("\"")
    }

    private static func isFormula(_ field: String) -> Bool {
        guard let first = field.utf8.first, formulaStarts.contains(first) else { return false }
        guard first == UInt8(ascii: "+"), field.utf8.count > 1 else { return true }
        return !field.utf8.dropFirst().allSatisfy(\.isDigit)
    }

    private static let formulaStarts = Set("=+-@\t\r".utf8)
    private static let special = Set(",\"\r\n\t".utf8)
}
