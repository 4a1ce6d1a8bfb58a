/// A place that a message came through (RFC 3261 §20.42).
public struct Via: Sendable, Hashable {
    /// In upper case: `UDP`, `TCP`, `TLS`.
    public let transport: String
    public let host: String
    public let port: Int?
    public let parameters: SIPParameters

    public var branch: String? { parameters["branch"] }

    init(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) {
        var scanner = Scanner(bytes)
        var words: [String] = []
        for place in 0..<3 {
            scanner.skipSpace()
            words.append(SIPText.text(scanner.take(while: Byte.isToken)))
            scanner.skipSpace()
            if place < 2, !scanner.take(Byte.slash) { throw .value("no protocol, version and transport") }
        }
        guard words[0].lowercased() == "sip", words[1] == "2.0", !words[2].isEmpty else { throw .value("no SIP/2.0 with a transport") }
        transport = words[2].uppercased()
        host = try Host.take(&scanner)
        scanner.skipSpace()
        if scanner.take(Byte.colon) {
            scanner.skipSpace()
            port = try Host.port(scanner.take(while: Byte.isDigit))
        } else {
            port = nil
        }
        parameters = try SIPParameters.ofHeader(&scanner)
    }
}

/// The number of a request in its dialogue, and its method (RFC 3261 §20.16).
public struct CSeq: Sendable, Hashable {
    public let number: UInt32
    public let method: String

    init(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) {
        let words = SIPText.trimmed(bytes).split { Byte.isSpace($0) }
        guard words.count == 2, words[1].allSatisfy(Byte.isToken) else { throw .value("not a number and a method") }
        // RFC 3261 §8.1.1.5: below 2 to the 31st.
        guard let number = SIPText.number(words[0]), number < 1 << 31 else { throw .value("a number that is none, or too large") }
        self.number = UInt32(truncatingIfNeeded: number)
        method = SIPText.text(words[1])
    }
}
