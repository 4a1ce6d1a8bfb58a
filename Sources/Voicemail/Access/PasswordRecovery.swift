/// A link to a new password, as it is mailed.
public struct PasswordReset: Sendable {
    /// What the link carries. It is kept nowhere.
    public let id: String
    public let user: User
    public let account: Account
    public let address: MailAddress
}

/// Forgotten passwords (K§3.4): a link is mailed, and whoever has it logs in once.
extension Access {
    /// Seconds that a link is good, and within which a user is sent at most so many.
    public static let passwordResetLifetime = 3600
    public static let maximumPasswordResets = 3
    /// How long each request takes. Only for some something is stored, and nobody is to learn from the time that took whether there is such a user.
    private static let passwordRequestTime = Duration.milliseconds(250)
    /// Characters of a link's id.
    public static let passwordResetLength = 137

    /// Asks for a link to be mailed. Whether there is such a user, and whether he has an address, is for nobody to learn, so neither is
    /// said; nor that he has been sent as many as he may be.
    /// - Parameter url: of the page that the link leads to.
    public func requestPasswordReset(username: String, of selector: AccountSelector, url: String) async throws {
        let end = ContinuousClock.now + Self.passwordRequestTime
        let candidates = try await accounts(for: selector).filter(\.isEnabled)
        let now = clock.now
        try await store.write { writer in
            for account in candidates {
                guard var user = try writer.user(named: username, in: account.id) else { continue }
                guard user.isEnabled, user.mailAddress != nil, user.countPasswordReset(at: now) else { return }
                // Not a change of the document as its readers know it, so not a revision of it.
                try writer.update(user.stored)
                try writer.append(
                    Event(
                        kind: .passwordResetRequested, accountID: account.id, subjectID: user.id, payload: [Event.page: .string(url)], created: now))
                return
            }
        }
        try await Task.sleep(until: end)
    }

    /// Makes the link that answers a request; each attempt to mail it has one of its own, because none is kept.
    /// - Parameter requested: when it was asked for.
    /// - Returns: nil when nobody is to have one any more.
    public func openPasswordReset(userID: String, accountID: String, requested: Timestamp) async throws -> PasswordReset? {
        guard clock.now < requested.advanced(by: Self.passwordResetLifetime) else { return nil }
        let found = try await store.read { reader -> (User, Account)? in
            guard let user: User = try reader.find(id: userID), user.accountID == accountID, user.isEnabled,
                let account = try reader.account(id: accountID), account.isEnabled
            else { return nil }
            return (user, account)
        }
        guard let (user, account) = found, let address = user.mailAddress else { return nil }
        let id = String((0...Self.passwordResetLength / 32).map { _ in HexID.random() }.joined().prefix(Self.passwordResetLength))
        try await service.tickets.open(
            id, TicketDraft(.passwordReset, accountID: account.id, userID: user.id, lifetime: Self.passwordResetLifetime))
        return PasswordReset(id: id, user: user, account: account, address: address)
    }

    /// Looks whether a link is still good, and leaves it so.
    /// - Throws: `VoicemailError.badCredentials` for one that is unknown, too old, or used.
    public func judgePasswordReset(_ id: String) async throws {
        let hash = secrets.fingerprint(id)
        try await look { _ = try $0.holder(ofReset: hash) }
    }

    /// Sets a new password with a link, which ends with it, as all sessions of its user do. What is wrong with the password leaves the link good.
    /// - Throws: `VoicemailError.badCredentials` for a link that is unknown, too old, or used, also by somebody who was faster; `.invalid`.
    public func setPassword(_ password: String, byReset id: String) async throws {
        let hash = secrets.fingerprint(id), now = clock.now
        let (account, user) = try await store.read { try Look(reader: $0, now: now).holder(ofReset: hash) }
        AuditActor.current.identify(user.id)
        _ = try await service.users.change(
            user.id, .patch(["password": .string(password), User.passwordUpdateKey: .null]), in: account
        ) { _ = try Look(reader: $0, now: now).holder(ofReset: hash) }
    }

    /// Uses a link up. The user is to choose a new password (`require_password_update`; F§2-5).
    /// - Throws: `VoicemailError.badCredentials` for a link that is unknown, too old, or used.
    public func usePasswordReset(_ id: String) async throws -> (account: Account, user: User) {
        let hash = secrets.fingerprint(id)
        return try await inTransaction { change in
            let (account, holder) = try change.look.holder(ofReset: hash)
            var user = holder
            try change.writer.remove(ticketHash: hash)
            user.requirePasswordUpdate()
            return (account, try change.writer.save(user, at: change.now))
        }
    }
}

extension Look {
    /// The user whose password a link resets.
    /// - Throws: `VoicemailError.badCredentials`.
    fileprivate func holder(ofReset hash: String) throws -> (account: Account, user: User) {
        let entry: TicketEntry
        do { entry = try self.entry(ofTicket: hash, .passwordReset) } catch is TicketError { throw VoicemailError.badCredentials }
        guard let user = entry.user else { throw VoicemailError.badCredentials }
        return (entry.account, user)
    }
}

extension Event {
    /// The member of a payload that says which page asked for a new password.
    public static let page = "page"
}

extension User {
    /// Where he is written to.
    fileprivate var mailAddress: MailAddress? { email.flatMap { MailAddress($0) } }

    /// - Returns: whether he may be sent one more link.
    fileprivate mutating func countPasswordReset(at now: Timestamp) -> Bool {
        let requests = (stored.hidden["password_resets"]?.array ?? []).compactMap(\.int)
            .filter { now < Timestamp(unix: $0).advanced(by: Access.passwordResetLifetime) }
        guard requests.count < Access.maximumPasswordResets else { return false }
        stored.hidden["password_resets"] = .array((requests + [now.unix]).map { .int($0) })
        return true
    }
}
