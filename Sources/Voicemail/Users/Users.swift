import Crypto
import Foundation
import Waiting

extension Users {
    /// Creates a user. A `password` in the request is stored as verifiers only.
    public func create(_ request: JSONObject, id: String?, in account: Account) async throws -> User {
        let (checked, violations) = try limits.checked(request.withoutPrivateKeys, by: Schema.user)
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
        var planned = User(id: id, in: account.id, at: clock.now)
        planned.describe(checked)
        let draft = planned
        let logins = try await self.logins(attributes: checked, userID: draft.id, account: account)
        return try await store.write { writer in
            try writer.requireFreeUsername(of: draft)
            let stored = try writer.add(draft)
            try writer.replaceLogins(of: draft.id, with: logins)
            try writer.audit(.userCreated, of: draft.accountID, [draft.id], draft.rights, at: draft.created)
            return stored
        }
    }

    /// How often a change is planned, where the user's name changes each time while his slow hash is computed.
    private static let maximumPlans = 8

    /// Replaces or patches a user. A new password ends his sessions.
    /// - Throws: `VoicemailError.invalid`, also for a new name without the password, as the verifiers are made of both (K§3.2).
    public func change(_ id: String, _ change: AttributeChange, in account: Account) async throws -> User {
        try await self.change(id, change, in: account) { _ in }
    }

    /// - Parameter judge: throws to refuse the change, in its transaction.
    func change(
        _ id: String, _ change: AttributeChange, in account: Account, _ judge: @escaping @Sendable (any StoreReader) throws -> Void
    ) async throws -> User {
        for _ in 0..<Self.maximumPlans {
            let (attributes, violations) = try await find(id, of: account).applying(change, limits)
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            let logins = try await self.logins(attributes: attributes, userID: id, account: account)
            let planned = PlannedChange(change: change, username: attributes["username"], logins: logins)
            if let changed = try await carryOut(planned, of: id, in: account, judge) { return changed }
        }
        throw VoicemailError.conflict
    }

    /// A change with what takes too long to be made within its transaction.
    private struct PlannedChange: Sendable {
        let change: AttributeChange
        /// The user's name that `logins` were made for.
        let username: JSON?
        let logins: [Credential]
    }

    /// - Returns: nil, and nothing is changed, when the user's name is no longer the planned one.
    private func carryOut(
        _ planned: PlannedChange, of id: String, in account: Account, _ judge: @escaping @Sendable (any StoreReader) throws -> Void
    ) async throws -> User? {
        let now = clock.now
        let limits = limits
        let logins = planned.logins
        return try await store.write { writer in
            try judge(writer)
            let user: User = try writer.require(id, in: account.id)
            let (checked, violations) = try user.applying(planned.change, limits)
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            if checked["password"] != nil, checked["username"] != planned.username { return nil }
            var changed = user
            changed.describe(checked)
            try writer.requireFreeUsername(of: changed)
            if !logins.isEmpty {
                try writer.replaceLogins(of: id, with: logins)
                try writer.removeTickets(accountID: nil, userID: id, credentialID: nil)
            } else if user.loginKey != changed.loginKey, try writer.hasLogin(id) {
                // The digests that login forms send contain the name, so the old verifiers match nothing any more.
                if changed.loginKey != nil {
                    throw VoicemailError.invalid([Violation(.password, .neededWithUserName)])
                }
                try writer.replaceLogins(of: id, with: [])
                try writer.removeTickets(accountID: nil, userID: id, credentialID: nil)
            }
            if !logins.isEmpty || user.rights != changed.rights || user.loginKey != changed.loginKey {
                var details = changed.rights
                details["password"] = .bool(!logins.isEmpty)
                try writer.audit(.userChanged, of: account.id, [id], details, at: now)
            }
            return try writer.save(changed, at: now)
        }
    }

    /// Removes a user with his logins and his sessions. His mailboxes stay.
    public func remove(_ id: String, in account: Account) async throws -> User {
        defer { garbageBell.ring() }
        let now = clock.now
        return try await store.write { writer in
            let user: User = try writer.require(id, in: account.id)
            try writer.replaceLogins(of: id, with: [])
            try writer.removeTickets(accountID: nil, userID: id, credentialID: nil)
            try writer.discard(user, at: now)
            return user
        }
    }

    /// - Throws: `VoicemailError.notFound`.
    public func find(_ id: String, of account: Account) async throws -> User { try await require(id, of: account) }

    /// Finds a user by the name that he logs in with; nil where there is none.
    public func find(named name: String, of account: Account) async throws -> User? {
        try await store.read { try $0.user(named: name, in: account.id) }
    }

    /// The names that some users log in with, by id, from one reading. Who is gone or has none is left out.
    public func usernames(of ids: Set<String>, in account: Account) async throws -> [String: String] {
        try await store.read { reader in
            let users = try reader.find(User.self, ids: Array(ids), in: account.id, attributes: ["username"])
            return Dictionary(users.compactMap { user in user.username.map { (user.id, $0) } }, uniquingKeysWith: { first, _ in first })
        }
    }

    public func list<Item: Sendable>(
        of account: Account, _ range: ListingRange, item: @escaping @Sendable (User) -> Item?
    ) async throws -> ListingPage<Item> {
        try await pageStored(accountID: account.id, range, item: item)
    }

    /// The verifiers of the two digests that login forms send (K§3.2); none without a password.
    func logins(attributes: JSONObject, userID: String, account: Account) async throws -> [Credential] {
        guard let name = attributes["username"]?.string, let password = attributes["password"]?.string else { return [] }
        var logins: [Credential] = []
        for form in LoginDigest.allCases {
            let verifier = try await service.access.loginHandle(form.digest(name, password), form, account)
            logins.append(
                Credential(
                    id: "\(userID)-\(form.rawValue)", kind: .login, accountID: account.id, name: form.rawValue, handle: verifier, verifier: "",
                    details: ["user_id": .string(userID)], created: clock.now))
        }
        return logins
    }
}

extension StoreReader {
    /// - Throws: `VoicemailError.invalid` when another user of the account has the name.
    func requireFreeUsername(of user: User) throws {
        guard let name = user.username, let holder = try self.user(named: name, in: user.accountID), holder.id != user.id else { return }
        throw VoicemailError.invalid([Violation(.username, .unique, value: .string(name))])
    }

    fileprivate func hasLogin(_ userID: String) throws -> Bool {
        try LoginDigest.allCases.contains { try credential(id: "\(userID)-\($0.rawValue)") != nil }
    }
}

extension StoreWriter {
    func replaceLogins(of userID: String, with logins: [Credential]) throws {
        for form in LoginDigest.allCases { try remove(credentialID: "\(userID)-\(form.rawValue)") }
        for login in logins { try insert(login) }
    }
}

extension User {
    /// His rights, as the audit log records them.
    fileprivate var rights: JSONObject {
        ["priv_level": stored.attributes["priv_level"] ?? .null, "enabled": .bool(isEnabled)]
    }
}

/// The digests of `name:password` that login forms send (K§3.2).
public enum LoginDigest: String, Sendable, CaseIterable {
    case md5, sha

    /// The digest in lower-case hex. The name is taken in lower case.
    public func digest(_ username: String, _ password: String) -> String {
        let text = Data("\(username.lowercased()):\(password)".utf8)
        return switch self {
        case .md5: HexID.encode(Insecure.MD5.hash(data: text))
        case .sha: HexID.encode(Insecure.SHA1.hash(data: text))
        }
    }
}
