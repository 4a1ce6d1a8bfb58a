import HTTPFront
import HTTPTypes
import Voicemail

/// Logging in and out (K§3).
extension KazooDialect {
    static let loginSchema = Schema([
        Schema.Field("credentials", .string(min: 1, max: 64), required: true),
        Schema.Field("method", .oneOf(LoginDigest.allCases.map(\.rawValue)), default: .string(LoginDigest.md5.rawValue)),
        Schema.Field("account_name", .string(min: 1, max: 128)),
        Schema.Field("account_realm", .string(min: 4, max: 253)),
        Schema.Field("realm", .string(min: 4, max: 253)),
        Schema.Field("phone_number", .string(min: 1, max: 64)),
    ])

    static let keySchema = Schema([Schema.Field("api_key", .string(min: 64, max: 64), required: true)], isClosed: true)

    func logIn(_ call: KazooCall) async throws -> Reply {
        let (form, violations) = Self.loginSchema.apply(to: call.envelope.data)
        guard violations.isEmpty else { throw KazooFailure.invalid(violations) }
        try requireEnvelope(call)
        let selector = AccountSelector(form)
        guard let digest = form["credentials"]?.string, let method = form["method"]?.string.flatMap(LoginDigest.init) else {
            throw KazooFailure.unauthenticated
        }
        let (account, user) = try await loginGuard.attempt(from: call.request.remote, as: selector.names, proven: Self.loginName) {
            try await service.access.logIn(digest: digest, form: method, to: selector)
        }
        return try await openSession(account: account, user: user, credentialID: nil)
    }

    /// The user that has logged in. The request need not name it.
    static func loginName(_ login: (account: Account, user: User)) -> LoginName? {
        login.user.username.map { .user($0, accountID: login.account.id) }
    }

    func logInByKey(_ call: KazooCall) async throws -> Reply {
        let (form, violations) = Self.keySchema.apply(to: call.envelope.data)
        guard violations.isEmpty, let key = form["api_key"]?.string else { throw KazooFailure.invalid(violations) }
        try requireEnvelope(call)
        do {
            let holder = try await loginGuard.attempt(from: call.request.remote) { try await service.access.holder(ofKey: key, .kazoo) }
            return try await openSession(account: holder.account, user: nil, credentialID: holder.credential.id)
        } catch VoicemailError.badCredentials, VoicemailError.disabled {
            throw KazooFailure.badKey(key)
        }
    }

    func openSession(account: Account, user: User?, credentialID: String?) async throws -> Reply {
        let token = try await service.issueKazooToken(
            account: account, user: user, credentialID: credentialID, lifetime: service.limits.tokenLifetime)
        var reply = Reply.json(.object(SessionView.object(account, user)))
        reply.token = token
        return reply
    }

    func logOut(_ call: KazooCall) async throws -> Reply {
        guard let hash = try call.requireCaller().ticketHash else { throw KazooFailure.badToken }
        try await service.tickets.close(hash: hash)
        return Reply(.none)
    }

    /// The user and account of a token. The token in the path must be the one presented.
    func describeToken(_ call: KazooCall, named token: String? = nil) async throws -> Reply {
        if let token, token != call.token { throw KazooFailure.unauthenticated }
        return try await describe(try call.requireCaller())
    }

    /// The same for a token in the body or the query, without any header: front ends ask after a reload (F§2-2'').
    func tokenInfo(_ call: KazooCall) async throws -> Reply {
        guard let token = call.text("token") ?? call.token else {
            throw KazooFailure.invalid([Violation(["token"], .required, value: "token")])
        }
        guard let caller = try await service.access.enter(token: token, kind: .kazoo, accountID: nil).principal else { throw KazooFailure.badToken }
        var reply = try await describe(caller)
        reply.token = token
        return reply
    }

    private func describe(_ caller: Principal) async throws -> Reply {
        guard let account = try await service.accounts.find(caller.accountID) else { throw KazooFailure.badToken }
        let user = if let id = caller.userID { try await service.users.find(id, of: account) } else { User?.none }
        return .json(.object(SessionView.object(account, user)))
    }
}

enum SessionView {
    /// The answer to a login (K§3.2).
    static func object(_ account: Account, _ user: User?) -> JSONObject {
        var object: JSONObject = ["account_id": .string(account.id)]
        object["owner_id"] = user.map { .string($0.id) }
        object["account_name"] = .string(account.name)
        object["language"] = .string(user?.language ?? account.language ?? "en-us")
        object["is_reseller"] = .bool(account.lineage.isEmpty)
        object["reseller_id"] = .string(account.lineage.first ?? account.id)
        object["is_master_account"] = .bool(account.actsOnAllAccounts)
        object["cluster_id"] = .string(account.lineage.first ?? account.id)
        object["apps"] = []
        object["role"] = .string(user?.privilege ?? "admin")
        object["capabilities"] = ["voicemail": ["transcription": ["available": false, "default": false]]]
        object["ui_config"] = [:]
        return object
    }
}

extension AccountSelector {
    /// As login forms name an account (K§3.2). Accounts have no numbers here, so that `phone_number` names none.
    init(_ form: JSONObject) {
        self.init(realm: form["account_realm"]?.string ?? form["realm"]?.string, name: form["account_name"]?.string)
    }
}
