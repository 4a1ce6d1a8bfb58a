/// A credential and the secret that is shown once, when it is made.
public struct IssuedCredential: Sendable {
    public let credential: Credential
    public let secret: String
}

extension Access {
    /// Makes an API key of 64 hex digits for an account (K§3.3).
    public func createAPIKey(name: String, in account: Account) async throws -> IssuedCredential {
        try await createKey(.kazoo, name: name, in: account)
    }

    /// Makes a key of 64 hex digits that recorders send an account's recordings with.
    public func createIntakeKey(name: String, in account: Account) async throws -> IssuedCredential {
        try await createKey(.intake, name: name, in: account)
    }

    /// The account that a recorder's key is for.
    /// - Throws: `VoicemailError.badCredentials`, `.disabled`.
    public func account(ofIntakeKey key: String) async throws -> Account {
        let handle = secrets.fingerprint(key)
        let account = try await store.read { reader in
            try reader.credential(kind: .intake, handle: handle).flatMap { try reader.account(id: $0.accountID) }
        }
        guard let account else { throw VoicemailError.badCredentials }
        guard account.isEnabled else { throw VoicemailError.disabled }
        return account
    }

    private func createKey(_ kind: Credential.Kind, name: String, in account: Account) async throws -> IssuedCredential {
        let key = HexID.random() + HexID.random()
        let credential = Credential(
            kind: kind, accountID: account.id, name: name, handle: secrets.fingerprint(key), verifier: "", created: clock.now)
        try await store.write { try $0.insert(credential) }
        return IssuedCredential(credential: credential, secret: key)
    }

    public func credentials(of account: Account) async throws -> [Credential] {
        try await store.read { try $0.credentials(accountID: account.id) }
    }

    /// Withdraws a credential with every session opened by it.
    /// - Throws: `VoicemailError.notFound`.
    public func removeCredential(_ id: String, in account: Account) async throws {
        try await store.write { writer in
            guard let credential = try writer.credential(id: id), credential.accountID == account.id else { throw VoicemailError.notFound(id: id) }
            try writer.remove(credentialID: id)
            try writer.removeSessions(accountID: nil, userID: nil, credentialID: id)
        }
    }
}
