/// A `tel:` URI (RFC 3966).
public struct TelURI: Sendable, Hashable {
    /// Without the marks that only please the eye; a `+` in front of a global one.
    public let number: String
    public let parameters: SIPParameters

    public var isGlobal: Bool { number.hasPrefix("+") }
    /// Where a local number is good: a domain, or a global number's first digits.
    public var context: String? { parameters["phone-context"] }
    public var extensionNumber: String? { parameters["ext"] }

    /// - Parameter bytes: what follows `tel:`.
    init(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) {
        let semicolon = bytes.firstIndex(of: Byte.semicolon) ?? bytes.endIndex
        let digits = bytes[..<semicolon].filter { !Self.separators.contains($0) }
        let isGlobal = digits.first == Byte.plus
        let rest = isGlobal ? digits.dropFirst() : digits[...]
        guard !rest.isEmpty, rest.allSatisfy({ Byte.isDigit($0) || !isGlobal && Self.localDigits.contains($0) }) else {
            throw .value("a telephone number that is none")
        }
        number = SIPText.text(digits)
        parameters = try SIPParameters.ofURI(bytes[semicolon...].dropFirst())
    }

    private static let separators = Array("-.()".utf8)
    private static let localDigits = Array("*#ABCDabcdEFef".utf8)
}
