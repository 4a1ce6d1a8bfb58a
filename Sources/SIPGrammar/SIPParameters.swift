/// The parameters of a URI or of a header's value, in order: `;name=value;flag`.
public struct SIPParameters: Sendable, Hashable {
    /// A name in lower case, and its value; nil for a name alone.
    public struct Parameter: Sendable, Hashable {
        public let name: String
        public let value: String?
    }

    public private(set) var all: [Parameter] = []

    public init() {}

    /// The value of the first of that name; empty for a name alone.
    public subscript(_ name: String) -> String? { all.first { $0.name == name }.map { $0.value ?? "" } }

    public func has(_ name: String) -> Bool { all.contains { $0.name == name } }

    mutating func add(_ name: String, _ value: String?) throws(GrammarProblem) {
        guard all.count < Self.most else { throw .tooLarge("parameters", limit: Self.most) }
        all.append(Parameter(name: name, value: value))
    }

    /// More than anybody sends.
    private static let most = 64

    /// Those of a header's value, to its end.
    static func ofHeader(_ scanner: inout Scanner) throws(GrammarProblem) -> SIPParameters {
        var parameters = SIPParameters()
        scanner.skipSpace()
        while scanner.take(Byte.semicolon) {
            scanner.skipSpace()
            let name = scanner.take(while: Byte.isToken)
            guard !name.isEmpty else { throw .value("a parameter without a name") }
            scanner.skipSpace()
            var value: String?
            if scanner.take(Byte.equals) {
                scanner.skipSpace()
                if scanner.next == Byte.quote {
                    value = SIPText.unquoted(try scanner.takeQuoted())
                } else {
                    // A token, a host, a URI that should have been quoted: whatever ends at the next separator.
                    value = SIPText.text(scanner.take { $0 != Byte.semicolon && !Byte.isSpace($0) && !Byte.isControl($0) })
                }
            }
            scanner.skipSpace()
            try parameters.add(SIPText.lowercased(name), value)
        }
        guard scanner.isAtEnd else { throw .value("something after the last parameter") }
        return parameters
    }

    /// Those of a URI: nothing is quoted there, but escaped.
    static func ofURI(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) -> SIPParameters {
        var parameters = SIPParameters()
        guard !bytes.isEmpty else { return parameters }
        for piece in bytes.split(separator: Byte.semicolon, omittingEmptySubsequences: true) {
            let halves = piece.split(separator: Byte.equals, maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = halves.first, !name.isEmpty else { throw .value("a parameter without a name") }
            try parameters.add(try SIPText.unescaped(name).lowercased(), halves.count > 1 ? try SIPText.unescaped(halves[1]) : nil)
        }
        return parameters
    }
}
