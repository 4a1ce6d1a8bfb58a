/// Making credentials, and who is behind them.
extension Access {
    /// Makes a key of 64 hex digits, which is presented alone.
    public func issueKey(_ draft: CredentialDraft, in account: Account) async throws -> IssuedCredential {
        let key = HexID.random() + HexID.random()
        let credential = Credential(
            kind: draft.kind, accountID: account.id, name: draft.name, handle: secrets.fingerprint(key), verifier: "", details: draft.details,
            created: clock.now)
        try await store.write { try $0.issue(credential) }
        return IssuedCredential(credential: credential, secret: key)
    }

    /// Makes an id and a secret for a program, both of letters and digits. The id is the credential's handle.
    /// - Parameter length: characters of each.
    public func issueClient(_ draft: CredentialDraft, length: Int, in account: Account) async throws -> IssuedCredential {
        let secret = Secrets.randomText(length)
        // The secret is random, so its keyed hash is as good as a slow one.
        let credential = Credential(
            kind: draft.kind, accountID: account.id, name: draft.name, handle: Secrets.randomText(length),
            verifier: secrets.fingerprint(secret), details: draft.details, created: clock.now)
        try await store.write { try $0.issue(credential) }
        return IssuedCredential(credential: credential, secret: secret)
    }

    /// Makes a user of an interface whose users belong to no mailbox, with a random password.
    ///
    /// Names are unique on the whole server, because a login names no account; one that is taken, and one of no characters, gets
    /// something added. What is sent for the password stands for it, so it is kept as a password is: under a slow hash.
    /// - Parameter proof: what a client sends for a password.
    /// - Throws: `VoicemailError.invalid` for a name of more than 64 characters.
    public func issueUser(_ draft: CredentialDraft, in account: Account, proof: (String) -> String) async throws -> IssuedCredential {
        guard draft.name.count <= Self.longestUsername else {
            throw VoicemailError.invalid([Violation(["name"], .maxLength(Self.longestUsername), value: .string(draft.name))])
        }
        let password = Secrets.randomText(Self.passwordLength)
        let id = HexID.random()
        let verifier = try await secrets.slowHash(proof(password), salt: id)
        let now = clock.now
        let distinct = (draft.name.isEmpty ? "api" : draft.name) + "-" + HexID.random().prefix(8)
        let credential = try await store.write { writer in
            let isFree = try !draft.name.isEmpty && writer.credential(kind: draft.kind, handle: draft.name) == nil
            let handle = isFree ? draft.name : distinct
            let credential = Credential(
                id: id, kind: draft.kind, accountID: account.id, name: draft.name.isEmpty ? handle : draft.name, handle: handle,
                verifier: verifier, details: draft.details, created: now)
            try writer.issue(credential)
            return credential
        }
        return IssuedCredential(credential: credential, secret: password)
    }

    private static let longestUsername = 64
    private static let passwordLength = 20

    /// The principal that an API key stands for.
    /// - Throws: `VoicemailError.badCredentials`, `.disabled` for an account that is switched off.
    public func holder(ofKey key: String, _ kind: Credential.Kind) async throws -> CredentialHolder {
        let handle = secrets.fingerprint(key)
        return Self.identified(try await store.read { try Self.enabled(try $0.holder(of: handle, kind)) })
    }

    /// The principal that an application's id and secret stand for.
    /// - Throws: `VoicemailError.badCredentials`, `.disabled` for an account that is switched off.
    public func holder(ofClient id: String, secret: String, _ kind: Credential.Kind) async throws -> CredentialHolder {
        let verifier = secrets.fingerprint(secret)
        return Self.identified(
            try await store.read { reader in
                let found = try reader.holder(of: id, kind)
                return try Self.enabled(found.flatMap { Secrets.equal($0.credential.verifier, verifier) ? $0 : nil })
            })
    }

    private static func identified(_ holder: CredentialHolder) -> CredentialHolder {
        AuditActor.current.identify(holder.credential.id)
        return holder
    }

    /// The principal that a user name and a password, or its hash, stand for.
    /// - Throws: `VoicemailError.badCredentials`, also for an account that is switched off.
    public func holder(ofUser name: String, proof: String, _ kind: Credential.Kind) async throws -> CredentialHolder {
        let found = try await store.read { try $0.holder(of: name, kind) }
        // A name that nobody has takes as long as a wrong password, so that names cannot be probed.
        let verifier = try await secrets.slowHash(proof, salt: found?.credential.id ?? "nobody")
        guard let found, Secrets.equal(verifier, found.credential.verifier), found.account.isEnabled else { throw VoicemailError.badCredentials }
        return found
    }

    private static func enabled(_ holder: CredentialHolder?) throws -> CredentialHolder {
        guard let holder else { throw VoicemailError.badCredentials }
        guard holder.account.isEnabled else { throw VoicemailError.disabled }
        return holder
    }

    public func credentials(of account: Account) async throws -> [Credential] {
        try await store.read { try $0.credentials(accountID: account.id) }
    }

    /// Withdraws a credential with every ticket that it opened.
    /// - Throws: `VoicemailError.notFound`.
    public func removeCredential(_ id: String, in account: Account) async throws {
        let now = clock.now
        try await store.write { writer in
            guard let credential = try writer.credential(id: id), credential.accountID == account.id else { throw VoicemailError.notFound(id: id) }
            try writer.audit(.keyRevoked, of: account.id, [id], ["kind": .string(credential.kind.rawValue)], at: now)
            try writer.remove(credentialID: id)
            try writer.removeTickets(accountID: nil, userID: nil, credentialID: id)
        }
    }
}

extension StoreReader {
    fileprivate func holder(of handle: String, _ kind: Credential.Kind) throws -> CredentialHolder? {
        guard let credential = try credential(kind: kind, handle: handle), let account = try account(id: credential.accountID) else { return nil }
        return CredentialHolder(account: account, credential: credential)
    }
}

extension StoreWriter {
    /// Stores a new one and says so.
    fileprivate func issue(_ credential: Credential) throws {
        try insert(credential)
        try audit(.keyCreated, of: credential.accountID, [credential.id], ["kind": .string(credential.kind.rawValue)], at: credential.created)
    }
}
