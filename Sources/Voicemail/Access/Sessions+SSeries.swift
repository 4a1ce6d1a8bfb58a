/// A token and the refresh token that goes with it.
public struct SSeriesTokens: Sendable {
    public let token: String
    public let refreshToken: String
}

/// Why a token opens nothing.
public enum SSeriesTokenError: Error, Sendable {
    /// Was valid until nobody used it; remembered for an hour.
    case expired
    case unknown
}

/// Tokens of the S-Series interface (S§2.1 to S§2.4): they live as long as they are used.
extension Access {
    /// Seconds without a request after which a token is dead.
    public static let sSeriesIdleTime = 1800
    /// Use is written down at most this often, in seconds, because a write is synced. It is written ahead by the same time, so that a
    /// token lives at least its thirty minutes after the last use, and at most one minute longer.
    private static let sSeriesTouchInterval = 60

    /// Opens a session for a logged-in user.
    public func openSSeriesSession(account: Account, credential: Credential, details: JSONObject) async throws -> SSeriesTokens {
        let tokens = SSeriesTokens(token: HexID.random(), refreshToken: HexID.random())
        let hashes = hashes(of: tokens)
        let now = clock.now
        try await store.write {
            try Self.open(hashes, accountID: account.id, credentialID: credential.id, details: details, now, $0)
        }
        return tokens
    }

    /// Looks a token up, and lets it live on.
    /// - Throws: `SSeriesTokenError`.
    public func enterSSeries(token: String) async throws -> (session: Session, account: Account) {
        let hash = secrets.fingerprint(token)
        let now = clock.now
        let entry = try await store.read { try Self.entry(hash, .sSeries, now, $0) }
        if entry.session.expires < now.advanced(by: Self.sSeriesIdleTime) { try await extend(entry.session) }
        return entry
    }

    /// Changes what is kept with a session.
    public func updateSSeriesSession(_ session: Session, details: JSONObject) async throws {
        var session = session
        session.details = details
        try await extend(session)
    }

    /// Ends a session with its refresh token; ending one that is gone is no error.
    public func closeSSeriesSession(_ session: Session) async throws {
        try await store.write { try Self.close(session, $0) }
    }

    /// Exchanges a refresh token for a new pair; the old pair is void (S§2.4). What was kept with the session goes on.
    /// - Throws: `SSeriesTokenError`.
    public func refreshSSeriesSession(refreshToken: String) async throws -> SSeriesTokens {
        let hash = secrets.fingerprint(refreshToken)
        let now = clock.now
        let tokens = SSeriesTokens(token: HexID.random(), refreshToken: HexID.random())
        let hashes = hashes(of: tokens)
        try await store.write { writer in
            let (old, account) = try Self.entry(hash, .sSeriesRefresh, now, writer)
            // What a heartbeat has changed stands with the token, as long as that is there.
            let access = try old.pairedHash.flatMap { try writer.session(tokenHash: $0) }
            try Self.close(old, writer)
            try Self.open(hashes, accountID: account.id, credentialID: old.credentialID, details: access?.details ?? old.details, now, writer)
        }
        return tokens
    }

    private func extend(_ session: Session) async throws {
        var session = session
        session.expires = clock.now.advanced(by: Self.sSeriesIdleTime + Self.sSeriesTouchInterval)
        let extended = session
        try await store.write { try $0.update(extended) }
    }

    private func hashes(of tokens: SSeriesTokens) -> (token: String, refresh: String) {
        (secrets.fingerprint(tokens.token), secrets.fingerprint(tokens.refreshToken))
    }

    private static func open(
        _ hashes: (token: String, refresh: String), accountID: String, credentialID: String?, details: JSONObject, _ now: Timestamp,
        _ writer: any StoreWriter
    ) throws {
        func insert(_ kind: Session.Kind, _ hash: String, partner: String, lifetime: Int) throws {
            var details = details
            details[Session.pairKey] = .string(partner)
            try writer.insert(Session(
                tokenHash: hash, kind: kind, accountID: accountID, credentialID: credentialID, created: now, expires: now.advanced(by: lifetime),
                details: details))
        }
        try insert(.sSeries, hashes.token, partner: hashes.refresh, lifetime: sSeriesIdleTime + sSeriesTouchInterval)
        try insert(.sSeriesRefresh, hashes.refresh, partner: hashes.token, lifetime: sSeriesIdleTime)
    }

    private static func close(_ session: Session, _ writer: any StoreWriter) throws {
        try writer.remove(tokenHash: session.tokenHash)
        if let partner = session.pairedHash { try writer.remove(tokenHash: partner) }
    }

    private static func entry(
        _ hash: String, _ kind: Session.Kind, _ now: Timestamp, _ reader: any StoreReader
    ) throws -> (session: Session, account: Account) {
        guard let session = try reader.session(tokenHash: hash), session.kind == kind else { throw SSeriesTokenError.unknown }
        guard session.expires > now else { throw SSeriesTokenError.expired }
        guard let account = try reader.account(id: session.accountID), account.isEnabled else {
            throw SSeriesTokenError.unknown
        }
        return (session, account)
    }
}

extension Session {
    fileprivate static let pairKey = "pair"

    /// The hash of the token that this one came with.
    fileprivate var pairedHash: String? { details[Self.pairKey]?.string }
}
