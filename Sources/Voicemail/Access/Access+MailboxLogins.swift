/// Logins with a mailbox's number and its PIN, of those who have no user of their own.
extension Access {
    /// What the failures of such a login are counted for: what it calls the account, and that mailbox in each account that it may mean,
    /// whether there is one or not.
    public func names(ofMailbox number: String, in selector: AccountSelector) async throws -> [LoginName] {
        selector.names + (try await accounts(for: selector)).map { .mailbox(number, accountID: $0.id) }
    }

    /// Finds the mailbox that a PIN opens.
    /// - Throws: `VoicemailError.badCredentials`, `.disabled`.
    public func logIn(mailbox number: String, pin: String, to selector: AccountSelector) async throws -> (account: Account, mailbox: Mailbox) {
        for account in try await accounts(for: selector) {
            let found = try await store.read { try $0.mailbox(number: number, in: account.id) }
            if let found, service.mailboxes.pinOpens(found, pin) {
                guard account.isEnabled else { throw VoicemailError.disabled }
                return (account, found)
            }
        }
        throw VoicemailError.badCredentials
    }
}
