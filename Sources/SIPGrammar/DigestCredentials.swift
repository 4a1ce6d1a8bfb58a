/// What a request shows of who has sent it: an `Authorization` field of the scheme Digest (RFC 3261 §22, RFC 7616 §3.4).
public struct DigestCredentials: Sendable, Hashable {
    public let username: String
    public let realm: String
    public let nonce: String
    /// The URI that was hashed, as it came.
    public let uri: String
    /// In lower case.
    public let response: String
    /// As it came; nil where the field says none.
    public let algorithm: String?
    /// In lower case; nil where the field says none, as in what is older than RFC 2617.
    public let quality: String?
    public let clientNonce: String?
    /// How often the nonce was used, as it came.
    public let count: String?

    /// - Parameter bytes: the value of one field.
    /// - Returns: nil for another scheme, and for one that lacks something or has it twice.
    public init?(_ bytes: some Collection<UInt8>) {
        guard let fields = DigestFields.read(bytes) else { return nil }
        guard let username = fields["username"], let realm = fields["realm"], let nonce = fields["nonce"], let uri = fields["uri"],
            let response = fields["response"]
        else { return nil }
        self.username = username
        self.realm = realm
        self.nonce = nonce
        self.uri = uri
        self.response = response.lowercased()
        algorithm = fields["algorithm"]
        quality = fields["qop"]?.lowercased()
        clientNonce = fields["cnonce"]
        count = fields["nc"]
    }
}
