/// A secret that opens something for a while: a session's token, the token that renews it, a link, a word that is good for one download.
///
/// It is kept under a keyed hash, so that the store never holds a usable secret.
public struct Ticket: Sendable, Hashable {
    /// What it is for. Each interface names its own; a ticket of one kind is nothing where another is asked for.
    public struct Kind: RawRepresentable, Sendable, Hashable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// A mailed link that opens one session.
        static let passwordReset = Kind(rawValue: "password-reset")
    }

    /// Keyed hash of the secret, 64 hex digits.
    public let hash: String
    public let kind: Kind
    public let accountID: String
    /// The holder: a user, or a mailbox whose PIN was shown.
    public let userID: String?
    /// The credential it came from, which takes it along when it goes.
    public let credentialID: String?
    /// The hash of the ticket that was issued with this one, and ends with it.
    public let partner: String?
    /// The hash of the ticket in exchange for which this one was given.
    public let replaced: String?
    public let created: Timestamp
    public var expires: Timestamp
    /// What its interface keeps with it.
    public var details: JSONObject

    public init(
        hash: String, kind: Kind, accountID: String, userID: String? = nil, credentialID: String? = nil, partner: String? = nil,
        replaced: String? = nil, created: Timestamp, expires: Timestamp, details: JSONObject = [:]
    ) {
        self.hash = hash
        self.kind = kind
        self.accountID = accountID
        self.userID = userID
        self.credentialID = credentialID
        self.partner = partner
        self.replaced = replaced
        self.created = created
        self.expires = expires
        self.details = details
    }
}
