import Voicemail

/// Finds the account that a clue is about, among those that the call may be for.
struct AccountSearch {
    private let directory: any BoxDirectory
    /// nil where any will do.
    private let permitted: [Account]?
    private let hosts: [String]

    init(_ directory: any BoxDirectory, _ permitted: [Account]?, _ hosts: [String]) {
        self.directory = directory
        self.permitted = permitted
        self.hosts = hosts
    }

    enum Found {
        case account(Account)
        case none(String)
    }

    func permits(_ account: Account) -> Bool { permitted?.contains { $0.id == account.id } ?? true }

    func account(of clue: Clue) async throws -> Found {
        if let tenant = clue.tenant {
            // A call that names a tenant is for no other.
            guard let account = try await directory.account(realm: tenant) else { return .none("no account has the realm \(tenant)") }
            guard permits(account) else { return .none("\(account.realm) is not for this peer or port") }
            return judged(account)
        }
        for host in clue.hosts + hosts {
            if let account = try await directory.account(realm: host), permits(account) { return judged(account) }
        }
        if let permitted {
            guard permitted.count == 1 else {
                return .none(permitted.isEmpty ? "the account of this peer or port is not there" : "it names none of the accounts of this peer or port")
            }
            return judged(permitted[0])
        }
        guard let account = try await directory.onlyAccount() else { return .none("it names no account's realm, and there is not just one account") }
        return judged(account)
    }

    private func judged(_ account: Account) -> Found { account.isEnabled ? .account(account) : .none("\(account.realm) is switched off") }
}
