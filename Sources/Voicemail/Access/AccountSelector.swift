/// How a login names its account. Given several, the first that is there counts (K§3.2).
public struct AccountSelector: Sendable {
    public var realm: String?
    public var name: String?

    public init(realm: String? = nil, name: String? = nil) {
        self.realm = realm
        self.name = name
    }

    /// What its failures are counted for. Each is, and none is looked up: whoever sends a name that nobody has beside one that
    /// somebody has is counted for both.
    public var names: [LoginName] {
        [realm.map { .realm($0) }, name.flatMap { Accounts.comparableName($0).isEmpty ? nil : .account($0) }].compactMap { $0 }
    }
}
