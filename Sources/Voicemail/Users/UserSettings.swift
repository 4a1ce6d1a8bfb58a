/// Settings of a user, as interfaces set them that have a word for each; nil leaves what there is.
public struct UserSettings: Sendable, Hashable {
    /// What he logs in with.
    public var username: String?
    public var password: String?
    public var firstName: String?
    public var lastName: String?
    /// His mail address.
    public var email: String?
    /// Whether he administers his account.
    public var isAdministrator: Bool?
    /// Whether he may log in.
    public var isEnabled: Bool?
    /// The name of the zone of his times; nil within for his account's.
    public var timeZone: String??
    /// nil within for his account's.
    public var language: String??

    public init() {}

    /// Of somebody who logs in by a name and is called so, as long as nobody says otherwise.
    public init(username: String, password: String? = nil) {
        self.username = username
        self.password = password
        takeNames(from: username)
    }

    /// Whoever has a user name and no other is called by it, as far as names go.
    mutating func takeNames(from username: String) {
        let name = String(String.UnicodeScalarView(username.unicodeScalars.prefix(User.longestName)))
        firstName = firstName ?? name
        lastName = lastName ?? name
    }

    /// Whether nothing is to be changed.
    public var isEmpty: Bool { request.isEmpty }

    /// In the form that rules are applied to; null takes away.
    var request: JSONObject {
        var request: JSONObject = [:]
        request[.username] = username.map { .string($0) }
        request[.firstName] = firstName.map { .string($0) }
        request[.lastName] = lastName.map { .string($0) }
        request[.privilege] = isAdministrator.map { $0 ? User.administratorWord : User.personWord }
        request[.password] = password.map { .string($0) }
        request[.email] = email.map { .string($0) }
        request[.timeZone] = timeZone.map { zone in zone.map { .string($0) } ?? .null }
        request[.language] = language.map { language in language.map { .string($0) } ?? .null }
        request[.isEnabled] = isEnabled.map { .bool($0) }
        return request
    }
}

extension Users {
    /// Creates a user with some settings; what they leave out has its standard.
    /// - Throws: as `create(_:id:in:)`.
    public func create(_ settings: UserSettings, in account: Account) async throws -> User {
        try await create(.new(settings.request), id: nil, in: account)
    }

    /// - Throws: as `change(_:_:in:)` of attributes.
    public func change(_ id: String, _ settings: UserSettings, in account: Account) async throws -> User {
        try await change(id, .patch(settings.request), in: account)
    }
}
