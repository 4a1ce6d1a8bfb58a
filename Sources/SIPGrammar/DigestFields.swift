/// What a field of the scheme Digest holds: names with values, and commas between them (RFC 7616 §3.3).
enum DigestFields {
    /// - Parameter bytes: the value of one field.
    /// - Returns: values by names in lower case; nil for another scheme, and for one that has something twice.
    static func read(_ bytes: some Collection<UInt8>) -> [String: String]? {
        var scanner = Scanner(ArraySlice(bytes))
        scanner.skipSpace()
        guard SIPText.lowercased(scanner.take(while: Byte.isToken)) == "digest", scanner.next.map(Byte.isSpace) == true else { return nil }
        var fields: [String: String] = [:]
        do {
            for value in try Scanner.values(scanner.rest, atMost: most) where !value.isEmpty {
                let (name, text) = try field(value)
                guard fields.updateValue(text, forKey: name) == nil else { return nil }
            }
        } catch {
            return nil
        }
        return fields
    }

    private static func field(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) -> (String, String) {
        var scanner = Scanner(bytes)
        let name = scanner.take(while: Byte.isToken)
        scanner.skipSpace()
        guard !name.isEmpty, scanner.take(Byte.equals) else { throw .value("a part of credentials that is no name and value") }
        scanner.skipSpace()
        let text = scanner.next == Byte.quote ? SIPText.unquoted(try scanner.takeQuoted()) : SIPText.text(scanner.take { !Byte.isSpace($0) })
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw .value("something after a part of credentials") }
        return (SIPText.lowercased(name), text)
    }

    /// Parts; the RFCs have a dozen.
    private static let most = 32
}
