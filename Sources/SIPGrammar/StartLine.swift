/// The first line of a message.
public enum StartLine: Sendable, Hashable {
    case request(method: String, uri: AddressURI)
    case response(status: Int, reason: String)

    /// Whether a line may be the first of a message, and what it then is; what it says may yet be wrong.
    enum Kind { case request(method: String), response }

    static func kind(of line: ArraySlice<UInt8>) -> Kind? {
        if isVersion(line.prefix { $0 != Byte.space }) { return .response }
        let words = SIPText.trimmed(line).split(separator: Byte.space)
        guard words.count > 1, let last = words.last, isVersion(last), let method = words.first else { return nil }
        return .request(method: SIPText.text(method))
    }

    private static func isVersion(_ word: ArraySlice<UInt8>) -> Bool { SIPText.lowercased(word.prefix(4)) == "sip/" && word.count > 4 }

    init(_ line: ArraySlice<UInt8>, _ kind: Kind) throws(GrammarProblem) {
        switch kind {
        case .response: self = try Self.response(line)
        case .request: self = try Self.request(line)
        }
    }

    private static func request(_ line: ArraySlice<UInt8>) throws(GrammarProblem) -> StartLine {
        let words = line.split(separator: Byte.space, omittingEmptySubsequences: false)
        guard words.count == 3, let last = words.last else { throw .startLine("it is not method, URI and version with one space between them") }
        guard SIPText.lowercased(last) == "sip/2.0" else { throw .version(SIPText.text(last)) }
        guard !words[0].isEmpty, words[0].allSatisfy(Byte.isToken) else { throw .startLine("a method that is no token") }
        if words[1].first == Byte.less { throw .startLine("a URI in angle brackets") }
        let uri: AddressURI
        do { uri = try AddressURI(words[1]) } catch { throw .startLine("URI: \(error)") }
        if case .other(let scheme, _) = uri { throw .scheme(scheme) }
        return .request(method: SIPText.text(words[0]), uri: uri)
    }

    private static func response(_ line: ArraySlice<UInt8>) throws(GrammarProblem) -> StartLine {
        let words = line.split(separator: Byte.space, maxSplits: 2, omittingEmptySubsequences: false)
        guard let version = words.first, SIPText.lowercased(version) == "sip/2.0" else { throw .version(SIPText.text(line.prefix { $0 != Byte.space })) }
        guard words.count > 1, words[1].count == 3, let status = SIPText.number(words[1]), (100...699).contains(status) else {
            throw .statusCode(words.count > 1 ? SIPText.text(words[1]) : "is missing")
        }
        return .response(status: status, reason: words.count > 2 ? SIPText.text(words[2]) : "")
    }
}
