/// A logged-in caller, kept under a hash of the token so that the store never holds a usable secret.
public struct Session: Sendable, Hashable {
    /// Which interface issued it; a token of one is nothing to another.
    public enum Kind: String, Sendable, CaseIterable {
        case kazoo
        case pSeriesAccess = "p-series-access"
        case pSeriesRefresh = "p-series-refresh"
        case sSeries = "s-series"
        case sSeriesRefresh = "s-series-refresh"
        case download
        /// A mailed link that opens one session.
        case passwordReset = "password-reset"
    }

    /// Keyed hash of the token, 64 hex digits.
    public let tokenHash: String
    public let kind: Kind
    public let accountID: String
    public let userID: String?
    /// The API key or application it came from.
    public let credentialID: String?
    public let created: Timestamp
    public var expires: Timestamp
    /// What an interface keeps with it: a report address, the paired token.
    public var details: JSONObject

    public init(
        tokenHash: String, kind: Kind, accountID: String, userID: String? = nil, credentialID: String? = nil, created: Timestamp,
        expires: Timestamp, details: JSONObject = [:]
    ) {
        self.tokenHash = tokenHash
        self.kind = kind
        self.accountID = accountID
        self.userID = userID
        self.credentialID = credentialID
        self.created = created
        self.expires = expires
        self.details = details
    }
}

/// An API key, an application's id and secret, a user and password of an interface, or a user's login.
public struct Credential: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A digest that a user's login form sends; found by its slow hash.
        case login
        case kazoo
        case pSeries = "p-series"
        case sSeries = "s-series"
        case intake
    }

    public let id: String
    public let kind: Kind
    public let accountID: String
    public let name: String
    /// What a client presents to be found: a client id, a user name, or the keyed hash of an API key.
    public let handle: String
    /// Verifier of the secret; empty where the handle is the hash of the secret itself.
    public let verifier: String
    /// Permissions, allowed addresses and the like.
    public var details: JSONObject
    public let created: Timestamp

    public init(
        id: String = HexID.random(), kind: Kind, accountID: String, name: String, handle: String, verifier: String,
        details: JSONObject = [:], created: Timestamp
    ) {
        self.id = id
        self.kind = kind
        self.accountID = accountID
        self.name = name
        self.handle = handle
        self.verifier = verifier
        self.details = details
        self.created = created
    }
}
