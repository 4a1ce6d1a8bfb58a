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

/// The result of provisioning a list, or of a trial of it.
public struct ProvisioningReport: Sendable {
    public enum Outcome: String, Sendable, CaseIterable {
        case made, changed, same
    }

    /// What became of a row; nil for what it does not name.
    public struct Row: Sendable {
        public var account: Outcome?
        public var user: Outcome?
        public var mailbox: Outcome?
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

    /// How often a list is planned, where somebody makes or removes what it names each time while slow hashes are computed.
    private static let maximumPlans = 8

    /// - Parameters:
    ///   - setsSecrets: whether those who are there already get the passwords and PINs of the list, too.
    ///   - isTrial: whether nothing is to be changed.
    /// - Returns: what was done; where a row has a problem, nothing was.
    public func apply(_ rows: [ProvisionedRow], setsSecrets: Bool = false, isTrial: Bool = false) async throws -> ProvisioningReport {
        var plan = Plan()
        for _ in 0..<Self.maximumPlans {
            plan = try await planned(rows, setsSecrets, isTrial, after: plan)
            if let report = try await carryOut(rows, plan, setsSecrets, isTrial) { return report }
        }
        throw VoicemailError.conflict
    }

    /// - Returns: nil, and nothing is changed, when logins of the plan are not of those whom the rows name by now.
    private func carryOut(_ rows: [ProvisionedRow], _ plan: Plan, _ setsSecrets: Bool, _ isTrial: Bool) async throws -> ProvisioningReport? {
        let now = clock.now, limits = limits, secrets = secrets
        do {
            return try await store.write { writer -> ProvisioningReport in
                let report = try Provisioner(writer: writer, now: now, limits: limits, secrets: secrets, setsSecrets: setsSecrets, plan: plan).run(rows)
                guard report.isGood, !isTrial else { throw Undone(report: report) }
                return report
            }
        } catch let undone as Undone {
            return undone.report
        } catch is Provisioner.Outdated {
            return nil
        }
    }

    /// What is worked out before the transaction: accounts that may have to be made, for their logins' salt, and logins. Whom the names mean is
    /// looked up again in the transaction, and logins are stored only for whom they were made.
    struct Plan: Sendable {
        /// By the name as it is compared.
        var accounts: [String: Account] = [:]
        /// Ids for users that have to be made, by the account's id and the user name as it is compared. All rows that name one mean the same.
        var newUsers: [String: [String: String]] = [:]
        /// By row.
        var logins: [Int: Logins] = [:]
    }

    /// The logins of a row's user. Their verifiers are made with the account's salt, and their ids of the user's.
    struct Logins: Sendable {
        let accountID: String
        let userID: String
        let credentials: [Credential]
    }

    /// - Parameter earlier: a plan that was given up. What of it still fits is not hashed again.
    private func planned(_ rows: [ProvisionedRow], _ setsSecrets: Bool, _ isTrial: Bool, after earlier: Plan) async throws -> Plan {
        var plan = earlier
        // Accounts by the realms that rows before have given them.
        var realms: [String: Account] = [:]
        for (index, row) in rows.enumerated() {
            let found = try await service.accounts.list(named: row.account)
            let name = Accounts.comparableName(row.account)
            var meant = realms[row.account.lowercased()] ?? (found.count == 1 ? found[0] : plan.accounts[name])
            if meant == nil, found.isEmpty {
                meant = Account(id: HexID.random(), below: [], actsOnAllAccounts: false, at: clock.now)
                plan.accounts[name] = meant
            }
            guard let account = meant else { continue }
            if let realm = row.accountSettings.realm { realms[realm.lowercased()] = account }
            guard let wanted = row.user, let username = wanted.username else { continue }
            let newID = plan.newUsers[account.id]?[username.lowercased()] ?? HexID.random()
            plan.newUsers[account.id, default: [:]][username.lowercased()] = newID
            guard wanted.password != nil else { continue }
            let user = try await service.users.find(named: username, of: account)
            guard user == nil || setsSecrets else { continue }
            let id = user?.id ?? newID
            if let made = earlier.logins[index], made.accountID == account.id, made.userID == id { continue }
            // A trial changes nothing, so nobody waits for slow hashes.
            let credentials = isTrial ? [] : try await service.users.logins(attributes: wanted.request, userID: id, account: account)
            plan.logins[index] = Logins(accountID: account.id, userID: id, credentials: credentials)
        }
        return plan
    }
}
