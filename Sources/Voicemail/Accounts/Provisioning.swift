/// A row of a list of what is to be there: an account, and perhaps a user and a mailbox of it. What is not said stays as it is.
public struct ProvisionedRow: Sendable {
    /// An id, a realm or a name. Where nothing is called so, an account of this name is made.
    public var account: String
    public var accountSettings = AccountSettings()
    /// The user of a user name; nil for none.
    public var user: UserSettings?
    /// The mailbox of a number; nil for none.
    public var mailbox: MailboxSettings?
    /// The user name of the mailbox's owner, where it is not the user of the row.
    public var owner: String?

    public init(account: String) { self.account = account }

}

/// What became of a list, or would become of it.
public struct ProvisioningReport: Sendable {
    public enum Change: String, Sendable, CaseIterable {
        case made, changed, same
    }

    /// What became of a row; nil for what it does not name.
    public struct Row: Sendable {
        public var account: Change?
        public var user: Change?
        public var mailbox: Change?
        /// Why it cannot be done.
        public var problem: VoicemailError?
    }

    public internal(set) var rows: [Row] = []

    public var isGood: Bool { rows.allSatisfy { $0.problem == nil } }
}

/// Accounts, users and mailboxes as a list has them: all of it or nothing, and once, however often it is said.
public struct Provisioning: DomainOperations {
    let service: VoicemailService

    /// Carries a report out of a transaction that leaves nothing behind.
    private struct Undone: Error {
        let report: ProvisioningReport
    }

    /// - Parameters:
    ///   - setsSecrets: whether those who are there already get the passwords and PINs of the list, too.
    ///   - isTrial: whether nothing is to be changed.
    /// - Returns: what was done; where a row has a problem, nothing was.
    public func apply(_ rows: [ProvisionedRow], setsSecrets: Bool = false, isTrial: Bool = false) async throws -> ProvisioningReport {
        let plan = try await plan(rows, setsSecrets, isTrial)
        let now = clock.now, limits = limits, secrets = secrets
        do {
            return try await store.write { writer in
                let report = try Provisioner(writer: writer, now: now, limits: limits, secrets: secrets, setsSecrets: setsSecrets, plan: plan).run(rows)
                guard report.isGood, !isTrial else { throw Undone(report: report) }
                return report
            }
        } catch let undone as Undone {
            return undone.report
        }
    }

    /// What is worked out before the transaction: accounts that may have to be made, for their logins' salt, and logins.
    struct Plan: Sendable {
        /// By the name as it is compared.
        var accounts: [String: Account] = [:]
        /// By row: the user's id, and his logins.
        var users: [Int: (id: String, logins: [Credential])] = [:]
    }

    private func plan(_ rows: [ProvisionedRow], _ setsSecrets: Bool, _ isTrial: Bool) async throws -> Plan {
        var plan = Plan()
        for (index, row) in rows.enumerated() {
            let found = try await service.accounts.list(named: row.account)
            let name = Accounts.comparableName(row.account)
            var account = found.count == 1 ? found[0] : plan.accounts[name]
            if account == nil, found.isEmpty {
                account = Account(id: HexID.random(), below: [], isSuperduperAdmin: false, at: clock.now)
                plan.accounts[name] = account
            }
            guard let account, let wanted = row.user, let username = wanted.username, wanted.password != nil else { continue }
            let user = found.isEmpty ? nil : try await service.users.find(named: username, of: account)
            guard user == nil || setsSecrets else { continue }
            let id = user?.id ?? HexID.random()
            // A trial changes nothing, so nobody waits for slow hashes.
            plan.users[index] = (id, isTrial ? [] : try await service.users.logins(attributes: wanted.request, userID: id, account: account))
        }
        return plan
    }
}
