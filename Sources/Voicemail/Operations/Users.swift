import Crypto
import Foundation

extension VoicemailService {
    /// Creates a user; `password` in the request is kept only as verifiers.
    public func createUser(_ request: JSONObject, id: String?, in account: Document) async throws -> Document {
        let (checked, violations) = Schema.user.apply(to: request.withoutPrivateKeys)
        guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
        let id = id ?? HexID.random()
        let logins = try await logins(attributes: checked, userID: id, account: account)
        let draft = Self.user(Document(id: id, kind: .user, accountID: account.id, name: "", scope: account.id, created: clock.now), checked)
        return try await store.write { writer in
            try Self.claimID(id, writer)
            try Self.claimUsername(of: draft, writer)
            let stored = try Self.add(draft, writer)
            try Self.replaceLogins(of: id, with: logins, writer)
            return stored
        }
    }

    /// Times a change is planned anew because the user's name changed while his login was worked out.
    private static let maximumPlans = 8

    /// Replaces or patches a user. A new password ends his sessions.
    /// - Throws: `VoicemailError.invalid` also for a new name without the password: logins hold both.
    public func changeUser(_ id: String, _ change: AttributeChange, in account: Document) async throws -> Document {
        for _ in 0..<Self.maximumPlans {
            let before = try await document(id, kind: .user, of: account)
            let (planned, violations) = Schema.user.apply(to: change.applied(to: before.attributes))
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            let logins = try await logins(attributes: planned, userID: id, account: account)
            if let changed = try await changeUser(id, change, planned: planned, logins, in: account) { return changed }
        }
        throw VoicemailError.conflict
    }

    /// - Returns: nil when the user's name is no longer the one `logins` were made for; then nothing was changed.
    private func changeUser(
        _ id: String, _ change: AttributeChange, planned: JSONObject, _ logins: [Credential], in account: Document
    ) async throws -> Document? {
        let now = clock.now
        return try await store.write { writer in
            let user = try Self.document(id, .user, account.id, writer)
            let (checked, violations) = Schema.user.apply(to: change.applied(to: user.attributes))
            guard violations.isEmpty else { throw VoicemailError.invalid(violations) }
            if checked["password"] != nil, checked["username"] != planned["username"] { return nil }
            var changed = Self.user(user, checked)
            try Self.claimUsername(of: changed, writer)
            if !logins.isEmpty {
                try Self.replaceLogins(of: id, with: logins, writer)
                try writer.removeSessions(accountID: nil, userID: id, credentialID: nil)
            } else if user.key != changed.key, try Self.hasLogin(id, writer) {
                // The digests of the login forms hold the name, so the old ones would stand for nothing.
                if changed.key != nil {
                    throw VoicemailError.invalid([Violation(["password"], .other(
                        code: "required", message: "The password must be provided when updating the user name", target: nil, cause: nil))])
                }
                try Self.replaceLogins(of: id, with: [], writer)
                try writer.removeSessions(accountID: nil, userID: id, credentialID: nil)
            }
            return try Self.save(&changed, writer, now)
        }
    }

    /// Removes a user, his logins and his sessions. His mailboxes stay.
    public func removeUser(_ id: String, in account: Document) async throws -> Document {
        let now = clock.now
        return try await store.write { writer in
            let user = try Self.document(id, .user, account.id, writer)
            try Self.replaceLogins(of: id, with: [], writer)
            try writer.removeSessions(accountID: nil, userID: id, credentialID: nil)
            try Self.discard(user, writer, now, physically: false)
            return user
        }
    }

    private static func user(_ document: Document, _ checked: JSONObject) -> Document {
        var user = document
        user.attributes = checked
        user.attributes.removeValue(forKey: "password")
        user.key = checked["username"]?.string?.lowercased()
        user.name = checked["username"]?.string ?? [checked["first_name"]?.string, checked["last_name"]?.string].compactMap { $0 }.joined(separator: " ")
        return user
    }

    private static func claimUsername(of user: Document, _ reader: any StoreReader) throws {
        guard let key = user.key, let holder = try reader.document(kind: .user, scope: user.scope, key: key), holder.id != user.id else { return }
        throw VoicemailError.invalid([Violation(["username"], .unique, value: user.attributes["username"])])
    }

    /// The verifiers of the two digests that login forms send (KAZOO contract §3.2); none without a password.
    private func logins(attributes: JSONObject, userID: String, account: Document) async throws -> [Credential] {
        guard let name = attributes["username"]?.string, let password = attributes["password"]?.string else { return [] }
        var logins: [Credential] = []
        for form in LoginDigest.allCases {
            let verifier = try await loginHandle(form.digest(name, password), form, account)
            logins.append(Credential(
                id: "\(userID)-\(form.rawValue)", kind: .login, accountID: account.id, name: form.rawValue, handle: verifier, verifier: "",
                details: ["user_id": .string(userID)], created: clock.now))
        }
        return logins
    }

    private static func hasLogin(_ userID: String, _ reader: any StoreReader) throws -> Bool {
        try LoginDigest.allCases.contains { try reader.credential(id: "\(userID)-\($0.rawValue)") != nil }
    }

    private static func replaceLogins(of userID: String, with logins: [Credential], _ writer: any StoreWriter) throws {
        for form in LoginDigest.allCases { try writer.remove(credentialID: "\(userID)-\(form.rawValue)") }
        for login in logins { try writer.insert(login) }
    }
}

/// The digests of `name:password` that KAZOO's login forms send.
public enum LoginDigest: String, Sendable, CaseIterable {
    case md5, sha

    /// Lower-case hex of the digest, the name in lower case.
    public func digest(_ username: String, _ password: String) -> String {
        let text = Data("\(username.lowercased()):\(password)".utf8)
        return switch self {
        case .md5: HexID.encode(Insecure.MD5.hash(data: text))
        case .sha: HexID.encode(Insecure.SHA1.hash(data: text))
        }
    }
}
