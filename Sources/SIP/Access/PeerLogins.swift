/// The peers that may call from an address that is not trusted, by proving that they know a password.
public struct PeerLogins: Sendable, Hashable {
    /// What the password is for, as peers are told.
    public var realm = "aftertone"
    /// Passwords by name.
    public var passwords: [String: String] = [:]
    /// Those that peers may use, best first.
    public var algorithms = DigestAlgorithm.allCases
    /// Wrong passwords of one address after which nothing from there is answered, for so many seconds.
    public var failures = 10
    public var lockSeconds = 600

    public init() {}

    public init(passwords: [String: String]) { self.passwords = passwords }
}

/// What becomes of those who are not trusted.
public enum StrangersTreatment: String, Sendable, Hashable, CaseIterable {
    /// Nothing is answered.
    case drop
    /// They are asked for a password.
    case challenge
    /// They hear that they may not.
    case refuse
}
