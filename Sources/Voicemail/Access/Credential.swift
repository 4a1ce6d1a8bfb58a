/// What somebody proves with who he is: a key, a program's id and secret, a user's name and password, a user's login form.
public struct Credential: Sendable, Hashable {
    /// What it opens. Each interface names its own.
    public struct Kind: RawRepresentable, Sendable, Hashable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// A digest that a user's login form sends; found by its slow hash.
        public static let login = Kind(rawValue: "login")
        /// What recorders send an account's recordings with.
        public static let intake = Kind(rawValue: "intake")
    }

    public let id: String
    public let kind: Kind
    public let accountID: String
    public let name: String
    /// What a client presents to be found: an id, a user name, or the keyed hash of a key.
    public let handle: String
    /// Verifier of the secret; empty where the handle is the hash of the secret itself.
    public let verifier: String
    /// Permissions, allowed addresses and the like.
    public let details: JSONObject
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

/// A credential and the secret that is shown once, when it is made.
public struct IssuedCredential: Sendable {
    public let credential: Credential
    public let secret: String
}

/// What is to be made for somebody to log in with.
public struct CredentialDraft: Sendable {
    public let kind: Credential.Kind
    /// What it is for, in words.
    public let name: String
    public let details: JSONObject

    public init(_ kind: Credential.Kind, name: String, details: JSONObject = [:]) {
        self.kind = kind
        self.name = name
        self.details = details
    }
}

/// An account, and the credential that led to it.
public struct CredentialHolder: Sendable {
    public let account: Account
    public let credential: Credential

    public init(account: Account, credential: Credential) {
        self.account = account
        self.credential = credential
    }
}
