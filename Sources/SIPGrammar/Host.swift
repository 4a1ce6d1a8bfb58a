/// A host with its port: `example.com:5060`, `192.0.2.1`, `[2001:db8::1]:5061`.
enum Host {
    static func read(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) -> (String, Int?) {
        var scanner = Scanner(bytes)
        let name = try take(&scanner)
        guard !scanner.isAtEnd else { return (name, nil) }
        guard scanner.take(Byte.colon) else { throw .value("something after the host") }
        return (name, try port(scanner.rest))
    }

    /// In lower case, without the brackets of an IPv6 address.
    static func take(_ scanner: inout Scanner) throws(GrammarProblem) -> String {
        if scanner.take(Byte.openBracket) {
            let address = scanner.take { Byte.hexValue($0) != nil || $0 == Byte.colon || $0 == UInt8(ascii: ".") }
            guard scanner.take(Byte.closeBracket), address.contains(Byte.colon), address.count <= 45 else {
                throw .value("an address in brackets that is no IPv6 address")
            }
            return SIPText.lowercased(address)
        }
        // Underscores are in no host name of the RFC, and in many of the field.
        let name = scanner.take { Byte.isLetter($0) || Byte.isDigit($0) || [0x2d, 0x2e, 0x5f].contains($0) }
        guard (1...255).contains(name.count) else { throw .value("a URI without a host, or with one that is no name") }
        return SIPText.lowercased(name)
    }

    static func port(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) -> Int {
        guard let port = SIPText.number(bytes), (1...65_535).contains(port) else { throw .value("a port that is none") }
        return port
    }
}
