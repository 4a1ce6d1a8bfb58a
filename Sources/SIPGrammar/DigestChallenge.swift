/// What somebody asks who wants to see a password: a `WWW-Authenticate` field of the scheme Digest (RFC 7616 §3.3).
public struct DigestChallenge: Sendable, Hashable {
    public let realm: String
    public let nonce: String
    public let opaque: String?
    /// As it came; nil where the field says none.
    public let algorithm: String?
    /// In lower case; nil where the field says none, as in what is older than RFC 2617.
    public let qualities: [String]?
    /// Whether the password was right, and only the nonce too old.
    public let isStale: Bool

    /// - Parameter bytes: the value of one field.
    /// - Returns: nil for another scheme, for one that lacks something or has it twice, and for what could not be said in an answer.
    public init?(_ bytes: some Collection<UInt8>) {
        guard let fields = DigestFields.read(bytes), let realm = fields["realm"], let nonce = fields["nonce"] else { return nil }
        let texts = [realm, nonce, fields["opaque"], fields["algorithm"]].compactMap(\.self)
        guard texts.allSatisfy({ $0.utf8.count <= Self.longest && !$0.utf8.contains { $0 < 0x20 || $0 == 0x7F } }) else { return nil }
        self.realm = realm
        self.nonce = nonce
        opaque = fields["opaque"]
        algorithm = fields["algorithm"]
        qualities = fields["qop"].map { $0.lowercased().split { $0 == "," || $0 == " " }.map(String.init) }
        isStale = fields["stale"]?.lowercased() == "true"
    }

    /// Bytes of a part that go back to who has sent it.
    private static let longest = 1024
}
