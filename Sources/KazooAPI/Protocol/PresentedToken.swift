import Foundation
import HTTPFront
import HTTPTypes
import Voicemail

/// A token, or a login that stands for one, as a request presents it (K§3.1): the first place that has one counts.
struct PresentedToken: Sendable {
    /// To be looked up; nil for a login of this request only.
    let session: String?
    /// Known at once for a login of this request only.
    let caller: Principal?
    /// What answers echo; never a password.
    let echo: String?

    static func find(in request: FrontRequest, _ envelope: RequestEnvelope, dialect: KazooDialect) async throws -> PresentedToken? {
        if let token = request.headers[.xAuthToken] { return plain(token) }
        if let token = (envelope.data["auth_token"] ?? request.query["auth_token"].map { .string($0) } ?? envelope.top["auth_token"])?.string {
            return plain(token)
        }
        guard
            let authorization = request.headers[.authorization]
                ?? (envelope.data["authorization"] ?? request.query["authorization"].map { .string($0) } ?? envelope.top["authorization"])?.string
        else { return nil }
        let field = AuthorizationField(authorization)
        if let field, field.scheme == "basic" { return try await basic(field, request, dialect) }
        return plain(field?.bearerToken ?? authorization)
    }

    /// The token that stands before a request's body, which says how much of a body is taken; `find` may yet find one in it that counts
    /// more.
    static func beforeBody(of request: FrontRequest) -> String? {
        if let token = request.headers[.xAuthToken] { return token }
        if let authorization = request.headers[.authorization] {
            guard let field = AuthorizationField(authorization) else { return authorization }
            return field.bearerToken
        }
        return request.query["auth_token"]
    }

    /// Whether a request logs in by what it presents before its body: `Authorization: Basic`, which costs what a login does
    /// (K§2.12).
    static func isLogin(_ request: FrontRequest) -> Bool {
        if request.headers[.xAuthToken] != nil || request.query["auth_token"] != nil { return false }
        guard let authorization = request.headers[.authorization] ?? request.query["authorization"] else { return false }
        return AuthorizationField(authorization)?.scheme == "basic"
    }

    private static func plain(_ token: String) -> PresentedToken { PresentedToken(session: token, caller: nil, echo: token) }

    /// `base64({account}:md5(user:password))` or `base64({account}:user:password)` (K§3.4).
    private static func basic(_ field: AuthorizationField, _ request: FrontRequest, _ dialect: KazooDialect) async throws -> PresentedToken {
        guard let text = field.basicText else { throw KazooFailure.badToken }
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2 else { throw KazooFailure.badToken }
        let digest = parts.count == 2 ? parts[1] : LoginDigest.md5.digest(parts[1], parts[2])
        let names = [LoginName.accountID(parts[0])] + (parts.count == 3 ? [.user(parts[1], accountID: parts[0])] : [])
        let (account, user) = try await dialect.loginGuard.attempt(from: request.remote, as: names, proven: KazooDialect.loginName) {
            try await dialect.service.access.logIn(digest: digest, form: .md5, accountID: parts[0])
        }
        let caller = Principal(
            accountID: account.id, userID: user.id, actsOnAllAccounts: account.actsOnAllAccounts)
        return PresentedToken(session: nil, caller: caller, echo: nil)
    }
}
