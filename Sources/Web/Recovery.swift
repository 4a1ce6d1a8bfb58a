import HTTPFront
import HTTPTypes
import Voicemail

/// Forgotten passwords, where mail is sent and this page has a public address: who asks is mailed a link, which sets a new password once.
extension WebDialect {
    /// What is wrong with a new password, by the text that says so.
    enum ResetWrong: String, CaseIterable, Error {
        case differs = "wrong_setup_password"
        case password = "wrong_console_password"
    }

    // MARK: Asking for a link

    func forgotten(_ visit: PageVisit) async throws -> FrontResponse {
        guard let page = settings.recoveryPage else { throw WebFailure.notFound }
        switch visit.request.method {
        case .get, .head: return forgottenPage(visit, ["is_asked": visit.request.query.contains("asked")])
        case .post: return try await sendLink(to: page, visit)
        default: throw WebFailure.method
        }
    }

    private func forgottenPage(_ visit: PageVisit, _ more: [String: Any], status: HTTPResponse.Status = .ok) -> FrontResponse {
        visitForm(visit, .forgotten, more.merging(["title": "t.forgotten"]) { $1 }, status: status)
    }

    /// One answer to all: nobody learns which accounts and users there are, and who has an address.
    private func sendLink(to page: String, _ visit: PageVisit) async throws -> FrontResponse {
        let form = try await Self.readForm(visit.request, from: .stranger)
        let account = HTTPToken.trim(form["account"] ?? ""), name = HTTPToken.trim(form["user"] ?? "")
        func again(_ why: String, _ status: HTTPResponse.Status) -> FrontResponse {
            forgottenPage(visit, ["typed_account": account, "typed_user": name, why: true], status: status)
        }
        guard isOwnForm(form, visit) else { return again("is_stale", .forbidden) }
        do {
            try await loginGuard.ask(from: visit.request.remote) {
                guard !account.isEmpty, !name.isEmpty else { return }
                try await service.access.requestPasswordReset(username: name, of: AccountSelector(realm: account, name: account), url: page)
            }
        } catch is LoginGuard.Locked {
            return again("is_locked", .tooManyRequests)
        }
        return visit.redirect(to: "forgotten?asked=1")
    }

    // MARK: Using it

    func reset(_ visit: PageVisit) async throws -> FrontResponse {
        guard settings.recoveryPage != nil else { throw WebFailure.notFound }
        switch visit.request.method {
        case .get, .head:
            let id = visit.request.query["recovery"] ?? ""
            return try await guarded(visit) {
                try await service.access.judgePasswordReset(id)
                return resetPage(visit, ["recovery": id])
            }
        case .post: return try await takePassword(visit)
        default: throw WebFailure.method
        }
    }

    private func takePassword(_ visit: PageVisit) async throws -> FrontResponse {
        let form = try await Self.readForm(visit.request, from: .stranger), id = form["recovery"] ?? ""
        guard isOwnForm(form, visit) else { return resetPage(visit, ["recovery": id, "is_stale": true], status: .forbidden) }
        return try await guarded(visit) {
            do {
                guard let password = form["password"], !password.isEmpty, password == form["again"] else {
                    try await service.access.judgePasswordReset(id)
                    throw ResetWrong.differs
                }
                do { try await service.access.setPassword(password, byReset: id) } catch VoicemailError.invalid, VoicemailError.documentTooLarge {
                    throw ResetWrong.password
                }
            } catch let wrong as ResetWrong {
                return resetPage(visit, ["recovery": id, "wrong": true, "wrong_text": "t." + wrong.rawValue], status: .badRequest)
            }
            var response = visit.redirect(to: "login?reset=1")
            response.headers.append(Cookie.visit.set(nil, isSecure: isSecure(visit)))
            return response
        }
    }

    private func resetPage(_ visit: PageVisit, _ more: [String: Any], status: HTTPResponse.Status = .ok) -> FrontResponse {
        visitForm(visit, .reset, more.merging(["title": "t.forgotten"]) { $1 }, status: status)
    }

    /// For who has a link that is good; others count as failed logins.
    private func guarded(_ visit: PageVisit, _ body: () async throws -> FrontResponse) async throws -> FrontResponse {
        do {
            return try await loginGuard.attempt(from: visit.request.remote) { try await body() }
        } catch is LoginGuard.Locked {
            return resetPage(visit, ["is_locked": true], status: .tooManyRequests)
        } catch VoicemailError.badCredentials {
            return resetPage(visit, ["is_over": true], status: .forbidden)
        }
    }
}
