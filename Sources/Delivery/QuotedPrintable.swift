import Voicemail

/// Text in quoted-printable (RFC 2045 §6.7), in lines that end in CRLF.
enum QuotedPrintable {
    /// Characters of a line, with the `=` that says that it goes on.
    private static let longestLine = 76
    private static let digits = Array("0123456789ABCDEF".utf8)
    private static let carriageReturn = UInt8(ascii: "\r"), lineFeed = UInt8(ascii: "\n"), escape = UInt8(ascii: "=")

    /// - Parameter text: lines that end in LF or CRLF.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        for line in text.utf8.split(separator: lineFeed, omittingEmptySubsequences: false).enumerated() {
            if line.offset > 0 { bytes += [carriageReturn, lineFeed] }
            append(line: line.element.last == carriageReturn ? line.element.dropLast() : line.element, to: &bytes)
        }
    }

    private static func append(line: Substring.UTF8View, to bytes: inout [UInt8]) {
        var length = 0, index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            line.formIndex(after: &index)
            let isLast = index == line.endIndex
            // Blanks at a line's end are lost on some ways.
            let isPlain = byte.isBlank ? !isLast : (0x21...0x7E).contains(byte) && byte != escape
            let width = isPlain ? 1 : 3
            if length + width > (isLast ? longestLine : longestLine - 1) {
                bytes += [escape, carriageReturn, lineFeed]
                length = 0
            }
            if isPlain { bytes.append(byte) } else { bytes += [escape, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
            length += width
        }
    }
}
