/// A `sip:` or `sips:` URI (RFC 3261 §19.1), its escapes undone.
public struct SIPURI: Sendable, Hashable {
    public let isSecure: Bool
    /// nil where there is none. Parameters that telephone numbers carry in it stay in `user`.
    public let user: String?
    public let password: String?
    /// In lower case; an IPv6 address without its brackets.
    public let host: String
    public let port: Int?
    public let parameters: SIPParameters
    /// What is after `?`: headers that a call to it would carry.
    public let headers: [Header]

    public struct Header: Sendable, Hashable {
        /// In lower case.
        public let name: String
        public let value: String
    }

    /// - Parameter bytes: what follows the scheme and its colon.
    init(_ bytes: ArraySlice<UInt8>, isSecure: Bool) throws(GrammarProblem) {
        self.isSecure = isSecure
        var rest = bytes
        if let at = bytes.firstIndex(of: Byte.at) {
            // The first one: others belong into parameters, escaped, and come as they are.
            let halves = bytes[..<at].split(separator: Byte.colon, maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = halves.first, !name.isEmpty else { throw .value("a URI with nothing before its @") }
            user = try SIPText.unescaped(name)
            password = halves.count > 1 ? try SIPText.unescaped(halves[1]) : nil
            rest = bytes[(at + 1)...]
        } else {
            (user, password) = (nil, nil)
        }
        let question = rest.firstIndex(of: Byte.question) ?? rest.endIndex
        headers = try Self.headers(rest[question...].dropFirst())
        rest = rest[..<question]
        let semicolon = rest.firstIndex(of: Byte.semicolon) ?? rest.endIndex
        parameters = try SIPParameters.ofURI(rest[semicolon...].dropFirst())
        (host, port) = try Host.read(rest[..<semicolon])
    }

    private static func headers(_ bytes: ArraySlice<UInt8>) throws(GrammarProblem) -> [Header] {
        var headers: [Header] = []
        for piece in bytes.split(separator: Byte.ampersand, maxSplits: most, omittingEmptySubsequences: true) {
            guard headers.count < most else { throw .tooLarge("headers of a URI", limit: most) }
            let halves = piece.split(separator: Byte.equals, maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = halves.first, !name.isEmpty else { throw .value("a URI's header without a name") }
            headers.append(Header(name: try SIPText.unescaped(name).lowercased(), value: halves.count > 1 ? try SIPText.unescaped(halves[1]) : ""))
        }
        return headers
    }

    /// More than anybody sends.
    private static let most = 32

    /// The first header of that name.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
