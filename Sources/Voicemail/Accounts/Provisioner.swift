/// Carries a list out within one transaction, row by row, each seeing what those before it have made.
struct Provisioner {
    let writer: any StoreWriter
    let now: Timestamp
    let limits: Limits
    let secrets: Secrets
    let setsSecrets: Bool
    let plan: Provisioning.Plan

    /// Says that a row's logins were planned for another account or user than its names mean by now: nothing may stay of the transaction.
    struct Outdated: Error {}

    func run(_ rows: [ProvisionedRow]) throws -> ProvisioningReport {
        var report = ProvisioningReport()
        for (index, row) in rows.enumerated() {
            var done = ProvisioningReport.Row()
            do {
                try carryOut(row, index, &done)
            } catch let error as VoicemailError {
                done.problem = error
            } catch is Outdated where !report.isGood {
                // A row before has failed, so nothing will stay, and this one may name what that row was to make.
            }
            report.rows.append(done)
        }
        return report
    }

    /// - Throws: `VoicemailError`, what is wrong with the row; `Outdated`.
    private func carryOut(_ row: ProvisionedRow, _ index: Int, _ done: inout ProvisioningReport.Row) throws {
        do {
            let account = try named([.name: "account", .timeZone: "account_timezone"]) { try self.account(row, &done) }
            let user = try named([.privilege: "admin"]) { try self.user(row, index, account, &done) }
            try named([.name: "mailbox_name", .notificationAddresses: "notify"]) { try self.mailbox(row, user, account, &done) }
        } catch let error as VoicemailError {
            throw error
        } catch let outdated as Outdated {
            throw outdated
        } catch let error as StoreError where error == .conflict {
            throw VoicemailError.conflict
        } catch {
            throw VoicemailError.invalid([Violation([], .other(code: "failed", message: "\(error)", target: nil, cause: nil))])
        }
    }

    /// Names what is wrong by the columns of lists, where those have other words.
    private func named<Value>(_ columns: [Setting: String], _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch VoicemailError.invalid(let violations) {
            throw VoicemailError.invalid(
                violations.map { violation in
                    guard let setting = violation.setting, let column = columns[setting] else { return violation }
                    return violation.called(column)
                })
        }
    }

    private func account(_ row: ProvisionedRow, _ done: inout ProvisioningReport.Row) throws -> Account {
        let found = try writer.accounts(named: row.account)
        guard found.count < 2 else {
            throw Self.refusal("account", .other(code: "ambiguous", message: "several accounts are called so", target: nil, cause: nil), row.account)
        }
        guard var account = found.first else { return try make(row, &done) }
        let before = account.stored.attributes
        let (attributes, violations) = try limits.checked(
            AttributeChange.patch(row.accountSettings.request).applied(to: before), by: Schema.account, before: before)
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
        guard attributes != before else {
            done.account = .same
            return account
        }
        account.describe(attributes)
        try writer.requireFreeRealm(of: account)
        done.account = .changed
        return try writer.save(account, at: now)
    }

    private func make(_ row: ProvisionedRow, _ done: inout ProvisioningReport.Row) throws -> Account {
        guard var draft = plan.accounts[Accounts.comparableName(row.account)] else { throw VoicemailError.notFound(id: row.account) }
        var settings = row.accountSettings
        settings.name = settings.name ?? row.account
        var (attributes, violations) = try limits.checked(.new(settings.request), by: Schema.account)
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
        if attributes["realm"] == nil { attributes["realm"] = .string(Account.madeUpRealm(of: draft.id)) }
        draft.describe(attributes)
        try writer.requireFreeRealm(of: draft)
        done.account = .made
        return try writer.add(draft)
    }

    private func user(_ row: ProvisionedRow, _ index: Int, _ account: Account, _ done: inout ProvisioningReport.Row) throws -> User? {
        guard var settings = row.user, let username = settings.username else { return nil }
        let found = try writer.user(named: username, in: account.id)
        let takesPassword = settings.password != nil && (found == nil || setsSecrets)
        if found == nil {
            settings.takeNames(from: username)
        } else {
            settings.password = nil
        }
        var user = found ?? User(id: plan.newUsers[account.id]?[username.lowercased()], in: account.id, at: now)
        let before = user.stored.attributes
        let (checked, violations) = try user.applying(.patch(settings.request), limits)
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
        user.describe(checked)
        guard found == nil || user.stored.attributes != before || takesPassword else {
            done.user = .same
            return user
        }
        try writer.requireFreeUsername(of: user)
        if takesPassword {
            guard let logins = plan.logins[index], logins.accountID == account.id, logins.userID == user.id else { throw Outdated() }
            try writer.replaceLogins(of: user.id, with: logins.credentials)
            try writer.removeTickets(accountID: nil, userID: user.id, credentialID: nil)
        }
        done.user = found == nil ? .made : .changed
        return found == nil ? try writer.add(user) : try writer.save(user, at: now)
    }

    private func mailbox(_ row: ProvisionedRow, _ user: User?, _ account: Account, _ done: inout ProvisioningReport.Row) throws {
        guard var settings = row.mailbox, let number = settings.number else { return }
        guard MailboxNumber.isDialable(number) else {
            throw VoicemailError.invalid([Violation(.number, .format("number that can be dialled"), value: .string(number))])
        }
        let found = try writer.mailbox(number: number, in: account.id)
        if found != nil, !setsSecrets { settings.pin = nil }
        // How a number is written is no change of it.
        if let found { settings.number = found.number }
        if let owner = try row.owner.map({ try self.owner($0, account) }) ?? user { settings.ownerID = owner.id }
        if found == nil { settings.name = settings.name ?? user?.username ?? number }
        var mailbox = found ?? Mailbox(id: nil, in: account.id, at: now)
        let before = mailbox.stored.attributes, pin = mailbox.pin(secrets)
        var (checked, violations) = try mailbox.applying(.patch(settings.request(of: found)), limits, pin: pin)
        if violations.isEmpty, let chosen = settings.pin?.map(\.text) {
            do throws(PIN.Fault) { _ = try PIN(chosen: chosen, for: number) } catch { violations.append(error.violation) }
        }
        if found == nil { mailbox.describe(checked) } else { mailbox.describe(checked, at: now) }
        try mailbox.takePIN(of: checked, replacing: pin, secrets)
        try writer.refuse(violations, orTakenNumberOf: mailbox)
        guard found == nil || mailbox.stored.attributes != before || mailbox.pin(secrets) != pin else {
            done.mailbox = .same
            return
        }
        done.mailbox = found == nil ? .made : .changed
        _ = found == nil ? try writer.add(mailbox) : try writer.save(mailbox, at: now)
    }

    private func owner(_ name: String, _ account: Account) throws -> User {
        guard let owner = try writer.user(named: name, in: account.id) else {
            throw Self.refusal("owner", .other(code: "missing", message: "there is no such user in the account", target: nil, cause: nil), name)
        }
        return owner
    }

    private static func refusal(_ field: String, _ rule: Violation.Rule, _ value: String) -> VoicemailError {
        .invalid([Violation([field], rule, value: .string(value))])
    }
}
