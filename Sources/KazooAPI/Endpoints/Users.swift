import HTTPFront
import HTTPTypes
import Voicemail

/// Users (K§9).
extension KazooDialect {
    func createUser(_ call: KazooCall) async throws -> Reply {
        try await createDocument(call, in: "users", Schema.user) { try await service.users.create($0, id: $1, in: $2) }
    }

    func users(_ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        return try await list(call, showing: UserView.shown, { try await service.users.list(of: account, $0, item: $1) }) { .object(UserView.row($0)) }
    }

    func user(_ id: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        switch call.method {
        case .get: return .document(try await service.users.find(id, of: account))
        case .delete:
            let user = try await service.users.remove(id, in: account)
            return .document(user, user.published.markedDeleted)
        case .post, .patch:
            let change = call.method == .post ? AttributeChange.replace(call.envelope.data) : .patch(call.envelope.data)
            let before = try await service.users.find(id, of: account)
            try await requireEnvelope(call, for: change, schema: Schema.user, attributes: before.published)
            return .document(try await service.users.change(id, change, in: account))
        default: throw KazooFailure.wrongMethod
        }
    }

    /// Logging in as somebody else, for administrators of the whole system (K§3.4).
    func impersonate(_ id: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        guard try call.requireCaller().actsOnAllAccounts else { throw KazooFailure.forbidden }
        let user = try await service.users.find(id, of: account)
        guard call.envelope.data["action"]?.string == "impersonate_user" else {
            throw KazooFailure.invalid([Violation(["action"], .enumeration(["impersonate_user"]), value: call.envelope.data["action"])])
        }
        try requireEnvelope(call)
        return try await openSession(account: account, user: user, credentialID: nil)
    }

    /// Finds a body that is no envelope valid or not before its type is refused (K§2.2).
    func requireEnvelope(_ call: KazooCall, for change: AttributeChange, schema: Schema, attributes: JSONObject) async throws {
        guard !call.contentType.isEnvelope else { return }
        let violations = try service.limits.checked(change.applied(to: attributes), by: schema, before: attributes).1
        throw violations.isEmpty ? KazooFailure.unsupportedMediaType : KazooFailure.invalid(violations)
    }
}

enum UserView {
    static let shown: Set<String> = ["username", "first_name", "last_name", "email", "priv_level", "timezone"]

    static func row(_ user: User) -> JSONObject {
        var row: JSONObject = ["id": .string(user.id)]
        let words = [
            ("username", user.username), ("first_name", user.firstName), ("last_name", user.lastName), ("email", user.email),
            ("priv_level", user.privilege), ("timezone", user.timeZoneName),
        ]
        for (key, word) in words { row[key] = word.map { .string($0) } }
        return row
    }
}
