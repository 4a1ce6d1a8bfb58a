/// How a login names its account. Given several, the first that is there counts (K§3.2).
public struct AccountSelector: Sendable {
    public var realm: String?
    public var name: String?

    public init(realm: String? = nil, name: String? = nil) {
        self.realm = realm
        self.name = name
    }

    /// The names that a failed login counts against: all that were sent, and none is looked up. A client that sends a name that nobody has beside one that
    /// somebody has is counted for both.
    public var names: [LoginName] {
        [realm.map { .realm($0) }, name.flatMap { Accounts.comparableName($0).isEmpty ? nil : .account($0) }].compactMap { $0 }
    }
}
