import Crypto
import Voicemail

extension Credential.Kind {
    /// A name and a password whose MD5 is what a client sends (S§2.1).
    public static let sSeries = Self(rawValue: "s-series")
}

extension Ticket.Kind {
    static let sSeries = Self(rawValue: "s-series")
    static let sSeriesRefresh = Self(rawValue: "s-series-refresh")
    /// The random word that opens one download (S§3.2, S§4.1, S§5.1).
    static let sSeriesDownload = Self(rawValue: "s-series-download")
}

/// Users of this interface, and their tokens, which live as long as they are used (S§2.1 to S§2.4).
public struct APIUsers: Sendable {
    private let service: VoicemailService

    public init(_ service: VoicemailService) { self.service = service }

    /// Seconds without a request after which a token is dead.
    static let idleTime = 1800
    /// Seconds between two notes of a token's use.
    private static let touchInterval = 60

    /// Tokens of one user at once; beyond these his oldest end. A client that logs in for each request goes on, and fills nothing.
    public static let mostTokens = 200

    private static let rules = TicketPairRules(
        access: .sSeries, refresh: .sSeriesRefresh, accessLifetime: idleTime + touchInterval, refreshLifetime: idleTime, maximumLive: mostTokens,
        whenFull: .endOldest)

    /// Makes a user of an account with a random password, which is shown once.
    /// - Parameter name: the user name, at most 64 characters; something is added to one that is taken. nil or empty for a made-up one.
    /// - Throws: `VoicemailError.invalid` for a name that is too long.
    public func create(name: String?, in account: Account) async throws -> IssuedCredential {
        try await service.access.issueUser(CredentialDraft(.sSeries, name: name ?? ""), in: account, proof: Self.digest(ofPassword:))
    }

    /// What a client sends for a password: its MD5 (S§2.1).
    public static func digest(ofPassword password: String) -> String {
        HexID.encode(Insecure.MD5.hash(data: Array(password.utf8)))
    }

    /// The account of a user and the MD5 of his password, in either case of hex.
    /// - Throws: `VoicemailError.badCredentials`, also when the account is switched off.
    public func logIn(_ username: String, digest: String) async throws -> CredentialHolder {
        try await service.access.holder(ofUser: username, proof: digest.lowercased(), .sSeries)
    }

    /// Opens a session for a logged-in user.
    public func open(_ credential: Credential, details: JSONObject) async throws -> TicketPair {
        let pair = Self.makePair()
        try await service.tickets.open(pair, for: credential, Self.rules, details: details)
        return pair
    }

    /// Looks a token up, and lets it live on.
    /// - Throws: `TicketError`.
    func enter(_ token: String) async throws -> TicketEntry {
        let entry = try await service.tickets.enter(token, .sSeries)
        try await service.tickets.touch(entry.ticket, lifetime: Self.idleTime, interval: Self.touchInterval)
        return entry
    }

    /// Takes over where a heartbeat wants reports.
    func merge(_ report: ReportSettings, into session: Ticket) async throws {
        try await service.tickets.change(session, lifetime: Self.idleTime + Self.touchInterval) { details in
            var client = ClientDetails(details)
            client.merge(report)
            details = client.stored
        }
    }

    /// Exchanges a refresh token for a new pair; the old pair is void (S§2.4).
    /// - Throws: `TicketError`.
    func refresh(_ token: String) async throws -> TicketPair {
        let pair = Self.makePair()
        try await service.tickets.exchange(token, for: pair, Self.rules)
        return pair
    }

    private static func makePair() -> TicketPair { TicketPair(HexID.random) }
}
