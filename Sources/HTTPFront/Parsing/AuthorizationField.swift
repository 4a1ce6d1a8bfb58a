/// What an `Authorization` field presents (RFC 9110 §11.4): the name of a scheme, and behind it what proves who asks.
public struct AuthorizationField: Sendable, Equatable {
    /// In small letters.
    public let scheme: String
    /// Without blanks at either end.
    public let credentials: String

    /// - Returns: nil for a text of less than two words.
    public init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return nil }
        scheme = words[0].lowercased()
        credentials = HTTPToken.trim(words[1])
    }

    /// What a bearer of it is let in by (RFC 6750 §2.1).
    public var bearerToken: String? { scheme == "bearer" ? credentials : nil }

    /// What basic authentication presents, a name and a password around a colon (RFC 7617 §2); nil also for what is not encoded as it is.
    public var basicText: String? { scheme == "basic" ? String(base64: credentials) : nil }
}
