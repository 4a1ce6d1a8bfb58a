import SIPGrammar

/// Shows a registrar that we know the password (RFC 7616, RFC 8760), and remembers its question, so that the next request is asked nothing.
struct DigestAnswer: Sendable {
    private let challenge: DigestChallenge
    private let algorithm: DigestAlgorithm
    /// The field that the answer goes into.
    private let header: String
    private let clientNonce = String(UInt64.random(in: 0...(.max)), radix: 16)
    /// How often the nonce was used.
    private var count: UInt32 = 0

    var isStale: Bool { challenge.isStale }

    /// - Parameter answer: a refusal with questions.
    /// - Returns: nil where it asks nothing that can be answered.
    init?(_ answer: SIPMessage) {
        let isProxy = answer.status == 407
        let asked = answer.headers(isProxy ? "Proxy-Authenticate" : "WWW-Authenticate").prefix(Self.mostFields).compactMap { DigestChallenge($0.value) }
        let known = asked.compactMap { challenge in DigestAlgorithm(name: challenge.algorithm).map { (challenge, $0) } }
            .filter { $0.0.qualities.map { $0.contains("auth") } ?? true }
        // The best of those that both know, and the first of these.
        let best = DigestAlgorithm.allCases.lazy.compactMap { algorithm in known.first { $0.1 == algorithm } }.first
        guard let best else { return nil }
        (challenge, algorithm) = best
        header = isProxy ? "Proxy-Authorization" : "Authorization"
    }

    /// The line for a request, with its end.
    mutating func line(method: String, uri: String, user: String, password: String) -> String {
        count &+= 1
        let secret = algorithm.hash(user, challenge.realm, password), request = algorithm.hash(method, uri)
        let digits = String(count, radix: 16), number = String(repeating: "0", count: 8 - digits.count) + digits
        let response =
            if challenge.qualities == nil {
                algorithm.hash(secret, challenge.nonce, request)
            } else {
                algorithm.hash(secret, challenge.nonce, number, clientNonce, "auth", request)
            }
        var parts = [
            "username=\(Self.quoted(user))", "realm=\(Self.quoted(challenge.realm))", "nonce=\(Self.quoted(challenge.nonce))", "uri=\(Self.quoted(uri))",
            "response=\"\(response)\"",
        ]
        if challenge.algorithm != nil { parts.append("algorithm=\(algorithm.rawValue)") }
        if challenge.qualities != nil { parts += ["cnonce=\"\(clientNonce)\"", "nc=\(number)", "qop=auth"] }
        if let opaque = challenge.opaque { parts.append("opaque=\(Self.quoted(opaque))") }
        return "\(header): Digest \(parts.joined(separator: ", "))\r\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Questions of one answer that are looked at.
    private static let mostFields = 8
}
