/// A name with an address and parameters: what From, To, Contact, Diversion and their like hold.
public struct NameAddress: Sendable, Hashable {
    /// nil where there is none, or an empty one.
    public let name: String?
    public let uri: AddressURI
    public let parameters: SIPParameters

    public var tag: String? { parameters["tag"] }

    /// - Parameter bytes: one value, lists taken apart.
    public init(_ bytes: some Collection<UInt8>) throws(GrammarProblem) { try self.init(ArraySlice(bytes)) }

    init(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) {
        var scanner = Scanner(bytes)
        scanner.skipSpace()
        if scanner.next == Byte.quote {
            let quoted = SIPText.unquoted(try scanner.takeQuoted())
            name = quoted.isEmpty ? nil : quoted
            scanner.skipSpace()
            guard scanner.next == Byte.less else { throw .value("a name in quotes without an address in angle brackets") }
        } else if let bracket = scanner.rest.firstIndex(of: Byte.less), !Self.isBefore(bracket, scanner.rest) {
            // The RFC allows tokens only; names with other characters come from the field and are understood as well.
            let plain = SIPText.trimmed(scanner.rest[..<bracket])
            guard plain.allSatisfy({ $0 != Byte.quote && !Byte.isControl($0) || $0 == Byte.tab }) else { throw .value("a name with quotes in its middle") }
            name = plain.isEmpty ? nil : SIPText.text(plain)
            _ = scanner.take { $0 != Byte.less }
        } else {
            name = nil
        }
        if scanner.take(Byte.less) {
            let address = scanner.take { $0 != Byte.greater }
            guard scanner.take(Byte.greater) else { throw .value("an angle bracket that none closes") }
            uri = try AddressURI(address)
        } else {
            // Without brackets, what follows a semicolon belongs to the header, and a question mark to nobody.
            let address = scanner.take { $0 != Byte.semicolon && !Byte.isSpace($0) }
            guard !address.contains(Byte.question), !address.contains(Byte.comma) else { throw .value("a URI with ? or , outside of angle brackets") }
            uri = try AddressURI(address)
        }
        parameters = try SIPParameters.ofHeader(&scanner)
    }

    /// Whether an address without brackets ends before that place, which then is in a parameter.
    private static func isBefore(_ place: Int, _ bytes: ArraySlice<UInt8>) -> Bool {
        guard let semicolon = bytes.firstIndex(of: Byte.semicolon) else { return false }
        return semicolon < place && bytes[..<semicolon].contains(Byte.colon)
    }
}
