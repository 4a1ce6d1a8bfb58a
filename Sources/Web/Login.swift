import HTTPFront
import HTTPTypes
import Voicemail

/// Logging in and out.
extension WebDialect {
    func login(_ visit: Visit) async throws -> FrontResponse {
        switch visit.request.method {
        case .get, .head: try await loginPage(visit)
        case .post: try await logIn(visit)
        default: throw WebFailure.method
        }
    }

    private func loginPage(_ visit: Visit) async throws -> FrontResponse {
        let place = Self.place(visit.request.query["to"])
        do {
            _ = try await sessions.enter(visit.request)
            return visit.redirect(to: place)
        } catch WebFailure.logIn {
            let query = visit.request.query
            return loginForm(visit, to: place, ["is_ended": query.contains("ended"), "is_out": query.contains("out")])
        }
    }

    private func loginForm(_ visit: Visit, to place: String, _ more: [String: Any], status: HTTPResponse.Status = .ok) -> FrontResponse {
        let known = Cookie.visit.value(in: visit.request), word = known ?? Cookie.newValue()
        var values: [String: Any] = ["title": "t.login_button", "form": sessions.form(ofVisit: word), "to": place]
        values.merge(more) { $1 }
        var response = visit.page(.login, values, status: status)
        if known == nil { response.headers.append(Cookie.visit.set(word, isSecure: isSecure(visit))) }
        return response
    }

    private func logIn(_ visit: Visit) async throws -> FrontResponse {
        let form = try await Self.readForm(visit.request, from: .stranger)
        let account = HTTPToken.trim(form["account"] ?? ""), username = HTTPToken.trim(form["user"] ?? ""), place = Self.place(form["to"])
        let typed: [String: Any] = ["typed_account": account, "typed_user": username]
        func again(_ why: String, _ status: HTTPResponse.Status) -> FrontResponse {
            loginForm(visit, to: place, typed.merging([why: true]) { $1 }, status: status)
        }
        guard let word = Cookie.visit.value(in: visit.request), let sent = form["form"], Secrets.equal(sent, sessions.form(ofVisit: word)) else {
            return again("is_stale", .forbidden)
        }
        let login: (account: Account, user: User)
        do {
            login = try await check(account, username, form["password"] ?? "", from: visit.request.remote)
        } catch is LoginGuard.Locked {
            return again("is_locked", .tooManyRequests)
        } catch VoicemailError.badCredentials, VoicemailError.disabled {
            // One answer to all of them: nobody learns which accounts and users there are.
            return again("is_wrong", .forbidden)
        }
        let token = try await sessions.open(for: login.user, in: login.account, replacing: visit.request)
        var response = visit.redirect(to: place)
        response.headers.append(Cookie.session.set(token, isSecure: isSecure(visit)))
        response.headers.append(Cookie.visit.set(nil, isSecure: isSecure(visit)))
        return response
    }

    private func check(
        _ account: String, _ username: String, _ password: String, from source: String
    ) async throws -> (account: Account, user: User) {
        let selector = AccountSelector(realm: account, name: account)
        let names = try await service.access.names(of: username, in: selector)
        return try await loginGuard.attempt(from: source, as: names) {
            guard !account.isEmpty, !username.isEmpty, !password.isEmpty else { throw VoicemailError.badCredentials }
            return try await service.access.logIn(digest: LoginDigest.sha.digest(username, password), form: .sha, to: selector)
        }
    }

    func logOut(_ session: Session, _ visit: Visit) async throws -> FrontResponse {
        _ = try await form(of: visit, session)
        try await sessions.close(session)
        var response = visit.redirect(to: "login?out=1")
        response.headers.append(Cookie.session.set(nil, isSecure: isSecure(visit)))
        return response
    }

    /// Where somebody goes after the login, below the page's path: a folder of a mailbox, or the first page. A link cannot send him
    /// anywhere else.
    static func place(_ text: String?) -> String {
        let pieces = (text ?? "").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard case .folder(let mailbox, let shelf)? = Route(pieces[...]), HexID.isValid(mailbox) else { return "" }
        return "boxes/\(mailbox)/\(shelf.rawValue)"
    }

    private func isSecure(_ visit: Visit) -> Bool { visit.request.isSecure || settings.isBehindTLS }
}
