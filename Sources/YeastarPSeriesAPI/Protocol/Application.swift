import Voicemail

extension Credential.Kind {
    /// An application: an id and a secret, and what may be done with them (P§3).
    public static let pSeries = Self(rawValue: "p-series")
}

extension Ticket.Kind {
    static let pSeriesAccess = Self(rawValue: "p-series-access")
    static let pSeriesRefresh = Self(rawValue: "p-series-refresh")
    static let pSeriesLink = Self(rawValue: "p-series-link")
}

/// A program that has shown its secret or a token.
public struct Application: Sendable {
    public let account: Account
    public let credential: Credential
    /// Keyed hash of its access token, if it showed one.
    let tokenHash: String?

    init(_ holder: CredentialHolder) {
        account = holder.account
        credential = holder.credential
        tokenHash = nil
    }

    /// - Returns: nil for a token without an application.
    init?(_ entry: TicketEntry) {
        guard let credential = entry.credential else { return nil }
        account = entry.account
        self.credential = credential
        tokenHash = entry.ticket.hash
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

    fileprivate var pairs: TicketPairRules {
        TicketPairRules(
            access: .pSeriesAccess, refresh: .pSeriesRefresh, accessLifetime: accessLifetime, refreshLifetime: refreshLifetime,
            maximumLive: maximumLive)
    }
}

/// Programs that act for an account with an id, a secret and pairs of tokens (P§3).
public struct Applications: Sendable {
    private let service: VoicemailService

    public init(_ service: VoicemailService) { self.service = service }

    /// Characters of an id, a secret and a token (P§3.1).
    private static let secretLength = 32

    /// Makes an application for an account; its id is the credential's handle.
    /// - Parameters:
    ///   - permissions: nil for all.
    ///   - addresses: where it may call from; empty for anywhere.
    public func create(
        name: String, permissions: Set<ApplicationPermission>? = nil, addresses: [NetworkRange] = [], in account: Account
    ) async throws -> IssuedCredential {
        let draft = CredentialDraft(.pSeries, name: name, details: Credential.restrictions(permissions, addresses))
        return try await service.access.issueClient(draft, length: Self.secretLength, in: account)
    }

    /// The application of an id and its secret.
    /// - Throws: `VoicemailError.badCredentials`, `.disabled` for an account that is switched off.
    public func logIn(_ id: String, secret: String) async throws -> Application {
        Application(try await service.access.holder(ofClient: id, secret: secret, .pSeries))
    }

    /// - Throws: `VoicemailError.limitReached`.
    public func openPair(for application: Application, _ rules: TokenRules) async throws -> TicketPair {
        let pair = Self.makePair()
        try await service.tickets.open(pair, for: application.credential, rules.pairs)
        return pair
    }

    /// Gives a new pair for the refresh token of an old one, which ends at once.
    /// - Parameter address: where the request comes from.
    /// - Throws: `TicketError`; `PSeriesFailure.addressForbidden`; `VoicemailError.limitReached`, and then the old pair stays.
    public func refresh(_ token: String, _ rules: TokenRules, from address: String) async throws -> TicketPair {
        let pair = Self.makePair()
        try await service.tickets.exchange(token, for: pair, rules.pairs) { credential in
            guard credential.allows(address: address) else { throw PSeriesFailure.addressForbidden }
        }
        return pair
    }

    /// The application of an access token.
    /// - Returns: nil for a token that is unknown or expired, or whose account is gone or switched off.
    func application(ofToken token: String) async throws -> Application? {
        do { return Application(try await service.tickets.enter(token, .pSeriesAccess)) } catch is TicketError { return nil }
    }

    /// What a link leads to, and the application of the access token that was shown with it.
    /// - Returns: of the token, as `application(ofToken:)`.
    /// - Throws: `TicketError` for the link.
    func enter(link name: String, token: String?) async throws -> (link: TicketEntry, application: Application?) {
        let found = try await service.tickets.enter((name, .pSeriesLink), and: token.map { ($0, .pSeriesAccess) })
        return (found.first, found.second.flatMap(Application.init))
    }

    private static func makePair() -> TicketPair { TicketPair { Secrets.randomText(secretLength) } }
}
