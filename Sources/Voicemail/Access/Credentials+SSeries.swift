import Crypto

/// Users of the S-Series interface: a name and a password whose MD5 is what a client sends (S§2.1).
///
/// The digest stands for the password, so it is kept as a password is: under a slow hash. Names are unique on the whole server,
/// because a login names no account.
extension Access {
    /// Makes a user of an account with a random password, which is shown once.
    /// - Parameter name: the user name, at most 64 characters; something is added to one that is taken. nil or empty for a made-up one.
    /// - Throws: `VoicemailError.invalid` for a name that is too long.
    public func createSSeriesUser(name: String?, in account: Account) async throws -> IssuedCredential {
        let name = name.flatMap { $0.isEmpty ? nil : $0 }
        if let name, name.count > Self.longestUsername {
            throw VoicemailError.invalid([Violation(["name"], .maxLength(Self.longestUsername), value: .string(name))])
        }
        let password = Secrets.randomText(20)
        let id = HexID.random()
        let digest = Self.sSeriesDigest(ofPassword: password)
        let verifier = try await secrets.slowHash(digest, salt: id)
        let now = clock.now
        let distinct = (name ?? "api") + "-" + HexID.random().prefix(8)
        let credential = try await store.write { writer in
            let isFree = try name.map { try writer.credential(kind: .sSeries, handle: $0) == nil } ?? false
            let handle = isFree ? name ?? distinct : distinct
            let credential = Credential(
                id: id, kind: .sSeries, accountID: account.id, name: name ?? handle, handle: handle, verifier: verifier, created: now)
            try writer.insert(credential)
            return credential
        }
        return IssuedCredential(credential: credential, secret: password)
    }

    /// What a client sends for a password: its MD5 (S§2.1).
    public static func sSeriesDigest(ofPassword password: String) -> String {
        HexID.encode(Insecure.MD5.hash(data: Array(password.utf8)))
    }

    /// The account of a user and the MD5 of his password, in either case of hex.
    /// - Throws: `VoicemailError.badCredentials`, also when the account is switched off.
    public func logIn(sSeriesUser username: String, digest: String) async throws -> (account: Account, credential: Credential) {
        let (credential, account) = try await store.read { reader in
            let credential = try reader.credential(kind: .sSeries, handle: username)
            return (credential, try credential.flatMap { try reader.account(id: $0.accountID) })
        }
        // A name that nobody has takes as long as a wrong password, so that names cannot be probed.
        let verifier = try await secrets.slowHash(digest.lowercased(), salt: credential?.id ?? "nobody")
        guard let credential, Secrets.equal(verifier, credential.verifier), let account, account.isEnabled else {
            throw VoicemailError.badCredentials
        }
        return (account, credential)
    }

    private static let longestUsername = 64
}
