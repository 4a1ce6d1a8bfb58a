/// A token that something outlasting a request was opened with.
public struct LiveToken: Sendable, Hashable {
    /// Keyed, as `Session.tokenHash`.
    public var hash: String
    public let credentialID: String
    /// When it ends by age; nil until it was looked up.
    public var expires: Timestamp?

    public init(hash: String, credentialID: String) {
        self.hash = hash
        self.credentialID = credentialID
    }
}

extension Access {
    /// Follows an access token to the one it was exchanged for, if it was.
    /// - Returns: the token as it is now, whether or not it has ended by age; nil when it was revoked.
    public func follow(_ token: LiveToken) async throws -> LiveToken? {
        let now = clock.now
        if let expires = token.expires, expires <= now { return token }
        return try await store.read { reader in
            var followed = token
            if let session = try reader.session(tokenHash: token.hash) {
                followed.expires = session.expires
                return followed
            }
            let others = try reader.sessions(credentialID: token.credentialID, kind: .pSeriesAccess, aliveAt: now)
            guard let next = others.first(where: { $0.details[Session.replacedToken]?.string == token.hash }) else { return nil }
            followed.hash = next.tokenHash
            followed.expires = next.expires
            return followed
        }
    }
}

extension Session {
    /// In the details of an access token: the hash of the one that it was given in exchange for.
    static let replacedToken = "replaces"
}
