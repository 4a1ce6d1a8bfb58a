/// Walks over the bytes of a value; every step says whether there was one.
struct Scanner {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }
    var next: UInt8? { rest.first }

    mutating func skipSpace() { while let byte = rest.first, Byte.isSpace(byte) { rest.removeFirst() } }

    /// Steps over a byte if it is the next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    /// The bytes up to the first that does not belong.
    mutating func take(while belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = rest.prefix(while: belongs)
        rest = rest.dropFirst(taken.count)
        return taken
    }

    /// A quoted string, its quotes included.
    mutating func takeQuoted() throws(GrammarProblem) -> ArraySlice<UInt8> {
        var at = rest.index(after: rest.startIndex)
        while at < rest.endIndex, rest[at] != Byte.quote { at += rest[at] == Byte.backslash ? 2 : 1 }
        guard at < rest.endIndex else { throw .value("a quotation mark that none closes") }
        let taken = rest[rest.startIndex...at]
        rest = rest.dropFirst(taken.count)
        return taken
    }

    /// The values of a list: what stands between commas, but for those in quotes and in angle brackets.
    static func values(_ bytes: ArraySlice<UInt8>, atMost limit: Int) throws(GrammarProblem) -> [ArraySlice<UInt8>] {
        var values: [ArraySlice<UInt8>] = [], start = bytes.startIndex, at = bytes.startIndex
        var isQuoted = false, isBracketed = false
        while at < bytes.endIndex {
            switch bytes[at] {
            case Byte.backslash where isQuoted: at += 1
            case Byte.quote where !isBracketed: isQuoted.toggle()
            case Byte.less where !isQuoted: isBracketed = true
            case Byte.greater where !isQuoted: isBracketed = false
            case Byte.comma where !isQuoted && !isBracketed:
                values.append(SIPText.trimmed(bytes[start..<at]))
                guard values.count < limit else { throw .tooLarge("values of a list", limit: limit) }
                start = at + 1
            default: break
            }
            at += 1
        }
        if isQuoted { throw .value("a quotation mark that none closes") }
        values.append(SIPText.trimmed(bytes[start..<bytes.endIndex]))
        return values
    }
}
