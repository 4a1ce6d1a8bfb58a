import HTTPFront
import Voicemail

/// Forgotten passwords (K§3.4). Served where mail is sent and pages for the links are named.
extension KazooDialect {
    private static let recoverySchema = Schema([
        Schema.Field("username", .string(min: 1, max: 256), required: true),
        Schema.Field("ui_url", .string(min: 1, max: ReceiverURL.longest), required: true),
        Schema.Field("account_name", .string(min: 1, max: 128)),
        Schema.Field("account_realm", .string(min: 4, max: 253)),
        Schema.Field("realm", .string(min: 4, max: 253)),
        Schema.Field("phone_number", .string(min: 1, max: 64)),
    ])
    private static let useSchema = Schema([
        Schema.Field("reset_id", .string(min: Access.passwordResetLength, max: Access.passwordResetLength), required: true)
    ])

    /// Has a link mailed to a user. The answer is the same whether or not there is such a user.
    func requestRecovery(_ call: KazooCall) async throws -> Reply {
        guard !settings.recoveryPages.isEmpty else { throw KazooFailure.notFound }
        var (form, violations) = Self.recoverySchema.apply(to: call.envelope.data)
        if let url = form["ui_url"]?.string, !url.isEmpty, !isRecoveryPage(url) {
            violations.append(
                Violation(
                    ["ui_url"],
                    .other(
                        code: "invalid", message: "the page is none that links may lead to", cause: .string(url))))
        }
        guard violations.isEmpty, let username = form["username"]?.string, let url = form["ui_url"]?.string else {
            throw KazooFailure.invalid(violations)
        }
        try requireEnvelope(call)
        let selector = AccountSelector(form)
        try await loginGuard.ask(from: call.request.remote) { try await service.access.requestPasswordReset(username: username, of: selector, url: url) }
        return .json("Request for password reset handled")
    }

    private func isRecoveryPage(_ url: String) -> Bool {
        RecoveryPage(url).map { settings.recoveryPages.contains($0) } ?? false
    }

    /// Logs the bearer of a link in, once.
    func useRecovery(_ call: KazooCall) async throws -> Reply {
        guard !settings.recoveryPages.isEmpty else { throw KazooFailure.notFound }
        let (form, violations) = Self.useSchema.apply(to: call.envelope.data)
        guard violations.isEmpty, let id = form["reset_id"]?.string else { throw KazooFailure.invalid(violations) }
        try requireEnvelope(call)
        do {
            let (account, user) = try await loginGuard.attempt(from: call.request.remote, proven: Self.loginName) {
                try await service.access.usePasswordReset(id)
            }
            return try await openSession(account: account, user: user, credentialID: nil)
        } catch VoicemailError.badCredentials {
            throw KazooFailure.invalid("user", "not_found", "The provided reset_id did not resolve to any user", cause: .string(id))
        }
    }
}
