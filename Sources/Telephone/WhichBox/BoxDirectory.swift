import Voicemail

/// What the resolver asks about accounts and mailboxes.
public protocol BoxDirectory: Sendable {
    /// The account of a realm.
    func account(realm: String) async throws -> Account?
    /// An account that the configuration means by an id, a realm or a name; nil where none is meant, or several.
    func account(named reference: String) async throws -> Account?
    /// The account of a server that has only one.
    func onlyAccount() async throws -> Account?
    func mailbox(_ number: String, of account: Account) async throws -> Mailbox?
}

extension VoicemailService: BoxDirectory {
    public func account(realm: String) async throws -> Account? { try await accounts.find(realm: realm) }

    public func account(named reference: String) async throws -> Account? {
        let found = try await accounts.list(named: reference)
        return found.count == 1 ? found[0] : nil
    }

    public func onlyAccount() async throws -> Account? { try await accounts.only() }

    public func mailbox(_ number: String, of account: Account) async throws -> Mailbox? { try await mailboxes.find(number: number, of: account) }
}
