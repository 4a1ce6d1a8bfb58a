/// Programs that act for an account with an id, a secret and pairs of tokens (P§3).
extension Access {
    /// Characters of an id, a secret and a token.
    private static let applicationSecretLength = 32

    /// Makes an application for an account; its id is the credential's handle.
    /// - Parameters:
    ///   - permissions: nil for all.
    ///   - addresses: where it may call from; empty for anywhere.
    public func createApplication(
        name: String, permissions: Set<ApplicationPermission>? = nil, addresses: [AddressRange] = [], in account: Account
    ) async throws -> IssuedCredential {
        let secret = Secrets.randomText(Self.applicationSecretLength)
        var details: JSONObject = [:]
        if let permissions { details["permissions"] = JSON(permissions.map(\.rawValue).sorted()) }
        if !addresses.isEmpty { details["allowed_addresses"] = JSON(addresses.map(\.description)) }
        // The secret is random, so its keyed hash is as good as a slow one.
        let credential = Credential(
            kind: .pSeries, accountID: account.id, name: name, handle: Secrets.randomText(Self.applicationSecretLength),
            verifier: secrets.fingerprint(secret), details: details, created: clock.now)
        try await store.write { try $0.insert(credential) }
        return IssuedCredential(credential: credential, secret: secret)
    }

    /// The application of an id and its secret.
    /// - Throws: `VoicemailError.badCredentials`, `.disabled` for an account that is switched off.
    public func logIn(application id: String, secret: String) async throws -> Application {
        let verifier = secrets.fingerprint(secret)
        return try await store.read { reader in
            let credential = try reader.credential(kind: .pSeries, handle: id)
            guard let credential, Secrets.equal(credential.verifier, verifier),
                let account = try reader.account(id: credential.accountID)
            else { throw VoicemailError.badCredentials }
            guard account.isEnabled else { throw VoicemailError.disabled }
            return Application(account: account, credential: credential, tokenHash: nil)
        }
    }
}

/// A program that has shown its secret or a token.
public struct Application: Sendable {
    public let account: Account
    public let credential: Credential
    /// Keyed hash of its access token, if it showed one.
    public let tokenHash: String?
}

/// Tokens of an application: one to call with, one to get the next pair with.
public struct TokenPair: Sendable, Hashable {
    public let access: String
    public let refresh: String

    /// 32 letters and digits each (P§3.1).
    init() {
        access = Secrets.randomText(32)
        refresh = Secrets.randomText(32)
    }
}

/// How long and how many tokens live.
public struct TokenRules: Sendable, Hashable {
    /// Seconds.
    public var accessLifetime: Int
    public var refreshLifetime: Int
    /// Access tokens of one application at once.
    public var maximumLive: Int

    public init(accessLifetime: Int = 1800, refreshLifetime: Int = 86_400, maximumLive: Int = 8) {
        self.accessLifetime = accessLifetime
        self.refreshLifetime = refreshLifetime
        self.maximumLive = maximumLive
    }
}

extension Access {
    /// Opens a pair of sessions for an application. Nothing is evicted for it.
    /// - Throws: `VoicemailError.limitReached`.
    public func openTokenPair(for application: Application, rules: TokenRules) async throws -> TokenPair {
        let pair = TokenPair()
        let sessions = sessions(of: pair, application.credential, rules)
        let now = clock.now
        try await store.write { try Self.open(sessions, application.credential, rules, now, $0) }
        return pair
    }

    /// Gives a new pair for the refresh token of an old one, which ends at once.
    /// - Throws: `VoicemailError.badCredentials` for a token that is unknown, used or expired; `.limitReached`, and then the old pair stays.
    public func refreshTokenPair(_ refreshToken: String, rules: TokenRules, from address: String) async throws -> TokenPair {
        let pair = TokenPair()
        let hash = secrets.fingerprint(refreshToken)
        let now = clock.now
        return try await store.write { writer in
            guard let old = try Self.live(hash, .pSeriesRefresh, now, writer), let application = try Self.application(of: old, writer) else {
                throw VoicemailError.badCredentials
            }
            guard application.credential.allows(address: address) else { throw VoicemailError.forbiddenAddress }
            try writer.remove(tokenHash: hash)
            if let access = old.details["pair"]?.string { try writer.remove(tokenHash: access) }
            try Self.open(sessions(of: pair, application.credential, rules, replacing: old.details["pair"]), application.credential, rules, now, writer)
            return pair
        }
    }

    /// The application of an access token; nil for one that is unknown or expired, or whose account is gone or switched off.
    public func application(accessToken: String) async throws -> Application? {
        let hash = secrets.fingerprint(accessToken)
        let now = clock.now
        return try await store.read { reader in
            try Self.live(hash, .pSeriesAccess, now, reader).flatMap { try Self.application(of: $0, reader) }
        }
    }

    /// Ends a pair by the hash of its access token.
    /// - Returns: whether there was one; of several who end it at once, one does.
    public func closeTokenPair(accessHash: String) async throws -> Bool {
        try await store.write { writer in
            guard let access = try writer.session(tokenHash: accessHash) else { return false }
            if let refresh = access.details["pair"]?.string { try writer.remove(tokenHash: refresh) }
            try writer.remove(tokenHash: accessHash)
            return true
        }
    }

    private func sessions(of pair: TokenPair, _ credential: Credential, _ rules: TokenRules, replacing old: JSON? = nil) -> [Session] {
        let access = secrets.fingerprint(pair.access), refresh = secrets.fingerprint(pair.refresh)
        func session(_ hash: String, _ kind: Session.Kind, _ lifetime: Int, pairedWith other: String) -> Session {
            var details: JSONObject = ["pair": .string(other)]
            if kind == .pSeriesAccess { details[Session.replacedToken] = old }
            return Session(
                tokenHash: hash, kind: kind, accountID: credential.accountID, credentialID: credential.id, created: clock.now,
                expires: clock.now.advanced(by: lifetime), details: details)
        }
        return [
            session(access, .pSeriesAccess, rules.accessLifetime, pairedWith: refresh),
            session(refresh, .pSeriesRefresh, rules.refreshLifetime, pairedWith: access),
        ]
    }

    private static func open(
        _ sessions: [Session], _ credential: Credential, _ rules: TokenRules, _ now: Timestamp, _ writer: any StoreWriter
    ) throws {
        guard try writer.sessions(credentialID: credential.id, kind: .pSeriesAccess, aliveAt: now).count < rules.maximumLive else {
            throw VoicemailError.limitReached
        }
        for session in sessions { try writer.insert(session) }
    }

    private static func live(_ hash: String, _ kind: Session.Kind, _ now: Timestamp, _ reader: any StoreReader) throws -> Session? {
        try reader.session(tokenHash: hash).flatMap { $0.kind == kind && $0.expires > now ? $0 : nil }
    }

    private static func application(of session: Session, _ reader: any StoreReader) throws -> Application? {
        guard let id = session.credentialID, let credential = try reader.credential(id: id),
            let account = try reader.account(id: session.accountID), account.isEnabled
        else { return nil }
        return Application(account: account, credential: credential, tokenHash: session.tokenHash)
    }
}
