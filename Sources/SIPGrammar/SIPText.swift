/// Bytes of a message as text.
enum SIPText {
    /// UTF-8 as the RFC has it, and Latin-1 where it is none: what older systems send names in.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }

    static func lowercased(_ bytes: some Collection<UInt8>) -> String { text(bytes.map(Byte.lowercased)) }

    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while let first = rest.first, Byte.isSpace(first) { rest.removeFirst() }
        while let last = rest.last, Byte.isSpace(last) { rest.removeLast() }
        return rest
    }

    /// What is escaped with `%` spelt out.
    static func unescaped(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) -> String {
        guard bytes.contains(Byte.percent) else { return text(bytes) }
        var plain: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == Byte.percent else {
                plain.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Byte.hexValue), let low = rest.popFirst().flatMap(Byte.hexValue) else {
                throw .value("a % that no two hexadecimal digits follow")
            }
            plain.append(high << 4 | low)
        }
        return text(plain)
    }

    /// A quoted string's content, its escapes undone.
    /// - Parameter bytes: quotes at both ends included.
    static func unquoted(_ bytes: ArraySlice<UInt8>) -> String {
        var plain: [UInt8] = []
        var rest = bytes.dropFirst().dropLast()
        while let byte = rest.popFirst() {
            if byte == Byte.backslash, let next = rest.popFirst() { plain.append(next) } else { plain.append(byte) }
        }
        return text(plain)
    }

    /// A whole number without a sign; nil for anything else, and for what is too large.
    static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.allSatisfy(Byte.isDigit) else { return nil }
        return Int(text(bytes))
    }
}
