extension Access {
    /// Accounts of one name that a login tries at most.
    private static let maximumNamesakes = 8

    /// What the failures of a login that names its user are counted for: what it calls the account, and that user in each account that
    /// it may mean.
    public func names(of username: String, in selector: AccountSelector) async throws -> [LoginName] {
        selector.names + (try await accounts(for: selector)).map { .user(username, accountID: $0.id) }
    }

    /// Finds the user whose login form sends this digest.
    ///
    /// The digest covers name and password together and the name is not sent, so users are found by the slow
    /// hash of the digest under the account's salt: one slow hash an account, however many users it has.
    /// - Throws: `VoicemailError.badCredentials`, `.disabled`.
    public func logIn(digest: String, form: LoginDigest, to selector: AccountSelector) async throws -> (account: Account, user: User) {
        let candidates = try await accounts(for: selector)
        if candidates.isEmpty {
            // Takes as long as a wrong password, so that names cannot be probed.
            _ = try await secrets.slowHash(digest, salt: "nobody")
        }
        for account in candidates {
            if let user = try await user(sending: digest, form, in: account) {
                guard account.isEnabled, user.isEnabled else { throw VoicemailError.disabled }
                return (account, user)
            }
        }
        throw VoicemailError.badCredentials
    }

    /// The user of an account whose login form sends this digest, for `Authorization: Basic` (K§3.4).
    public func logIn(digest: String, form: LoginDigest, accountID: String) async throws -> (account: Account, user: User) {
        guard let account = try await store.read({ try $0.account(id: accountID) }) else {
            // As long as for an account that there is.
            _ = try await secrets.slowHash(digest, salt: "nobody")
            throw VoicemailError.badCredentials
        }
        guard let user = try await user(sending: digest, form, in: account) else { throw VoicemailError.badCredentials }
        guard account.isEnabled, user.isEnabled else { throw VoicemailError.disabled }
        return (account, user)
    }

    func loginHandle(_ digest: String, _ form: LoginDigest, _ account: Account) async throws -> String {
        let salt = account.loginSalt
        return "\(form.rawValue):" + (try await secrets.slowHash(digest.lowercased(), salt: salt))
    }

    private func user(sending digest: String, _ form: LoginDigest, in account: Account) async throws -> User? {
        let handle = try await loginHandle(digest, form, account)
        return try await store.read { reader in
            guard let login = try reader.credential(kind: .login, handle: handle), login.accountID == account.id,
                Secrets.equal(login.handle, handle), let userID = login.details["user_id"]?.string
            else { return nil }
            return try reader.find(id: userID)
        }
    }

    func accounts(for selector: AccountSelector) async throws -> [Account] {
        try await store.read { reader in
            if let realm = selector.realm?.lowercased(), let account = try reader.account(realm: realm) {
                return [account]
            }
            guard let name = selector.name.map(Accounts.comparableName), !name.isEmpty else { return [] }
            return try reader.accounts(called: name, limit: Self.maximumNamesakes)
        }
    }
}
