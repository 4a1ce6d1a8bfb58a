/// Who is asking, as a dialect's authentication found out.
public struct Principal: Sendable, Hashable {
    public let accountID: String
    public let userID: String?
    public let credentialID: String?
    /// May act on every account of the server.
    public let isSuperduperAdmin: Bool
    /// Keyed hash of the token, to end the session by.
    public let tokenHash: String?

    public init(accountID: String, userID: String? = nil, credentialID: String? = nil, isSuperduperAdmin: Bool = false, tokenHash: String? = nil) {
        self.accountID = accountID
        self.userID = userID
        self.credentialID = credentialID
        self.isSuperduperAdmin = isSuperduperAdmin
        self.tokenHash = tokenHash
    }

    /// Whether the caller may act on an account: his own and every one below it (K§3.5).
    public func may(actOn account: Account) -> Bool {
        isSuperduperAdmin || accountID == account.id || account.lineage.contains(accountID)
    }
}

/// What a token and a path lead to, found in one transaction.
public struct AccessEntry: Sendable {
    /// nil when the token is unknown, expired, or of an account or user that is gone or switched off.
    public let principal: Principal?
    /// The session of that token.
    public let session: Session?
    /// The account named by the path; nil when there is none.
    public let account: Account?
}

extension Access {
    /// Looks a token and an account up.
    public func enter(token: String?, kind: Session.Kind, accountID: String?) async throws -> AccessEntry {
        let hash = token.map(secrets.fingerprint)
        let now = clock.now
        return try await store.read { reader in
            let session = try hash.flatMap { try reader.session(tokenHash: $0) }
                .flatMap { $0.kind == kind && $0.expires > now ? $0 : nil }
            let account = try reader.account(id: accountID)
            let principal = try session.flatMap { session in
                // Mostly the one of the path, which has been read.
                let own = session.accountID == accountID ? account : try reader.account(id: session.accountID)
                return try own.flatMap { try Self.principal(of: session, in: $0, reader) }
            }
            return AccessEntry(principal: principal, session: session, account: account)
        }
    }

    private static func principal(of session: Session, in account: Account, _ reader: any StoreReader) throws -> Principal? {
        guard account.isEnabled else { return nil }
        if let userID = session.userID {
            guard let user: User = try reader.find(id: userID), user.isEnabled else { return nil }
        }
        return Principal(
            accountID: account.id, userID: session.userID, credentialID: session.credentialID,
            isSuperduperAdmin: account.isSuperduperAdmin, tokenHash: session.tokenHash)
    }

    /// Opens a session under a token of the dialect's making; it counts once this returns.
    public func openSession(
        token: String, kind: Session.Kind, accountID: String, userID: String? = nil, credentialID: String? = nil, lifetime: Int,
        details: JSONObject = [:]
    ) async throws {
        let session = Session(
            tokenHash: secrets.fingerprint(token), kind: kind, accountID: accountID, userID: userID, credentialID: credentialID,
            created: clock.now, expires: clock.now.advanced(by: lifetime), details: details)
        try await store.write { try $0.insert(session) }
    }

    /// Ends a session; ending one that is gone is no error.
    public func closeSession(tokenHash: String) async throws {
        try await store.write { try $0.remove(tokenHash: tokenHash) }
    }
}
