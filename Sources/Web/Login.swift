import HTTPFront
import HTTPTypes
import Voicemail

/// Logging in and out.
extension WebDialect {
    /// What somebody shows to be let in.
    private enum Proof: String {
        case password, pin
    }

    func login(_ visit: PageVisit) async throws -> FrontResponse {
        switch visit.request.method {
        case .get, .head: try await loginPage(visit)
        case .post: try await logIn(visit)
        default: throw WebFailure.method
        }
    }

    private func loginPage(_ visit: PageVisit) async throws -> FrontResponse {
        let query = visit.request.query, place = Self.place(query["to"])
        do {
            _ = try await sessions.enter(visit.request)
            return visit.redirect(to: place)
        } catch WebFailure.logIn {
            let isEverywhere = query["out"] == "all"
            return loginForm(
                visit, to: place, by: proof(query),
                [
                    "is_unset": try await isUnset(), "is_ended": query.contains("ended"), "is_lost": query.contains("lost"),
                    "is_out": query.contains("out") && !isEverywhere,
                    "is_out_everywhere": isEverywhere, "is_reset": query.contains("reset"),
                ])
        }
    }

    /// With a PIN where that is allowed and asked for.
    private func proof(_ query: Query) -> Proof { settings.takesPINs ? query["with"].flatMap(Proof.init) ?? .password : .password }

    private func loginForm(
        _ visit: PageVisit, to place: String, by proof: Proof, _ more: [String: Any], status: HTTPResponse.Status = .ok
    ) -> FrontResponse {
        let values: [String: Any] = [
            "title": "t.login_button", "to": place, "with_pin": proof == .pin, "takes_pins": settings.takesPINs, "sends_links": settings.recoveryPage != nil,
            "with": proof.rawValue, "wrong_text": proof == .pin ? "t.login_wrong_pin" : "t.login_wrong",
        ]
        return visitForm(visit, .login, values.merging(more) { $1 }, status: status)
    }

    /// A page with a form for who has no session, tied to his browser.
    func visitForm(_ visit: PageVisit, _ kind: Pages.Kind, _ values: [String: Any], status: HTTPResponse.Status) -> FrontResponse {
        let known = Cookie.visit.value(in: visit.request), word = known ?? Cookie.newValue()
        var response = visit.page(kind, values.merging(["form": sessions.form(ofVisit: word)]) { $1 }, status: status)
        if known == nil { response.headers.append(Cookie.visit.set(word, isSecure: isSecure(visit))) }
        return response
    }

    /// Whether a form is of this browser's visit.
    func isOwnForm(_ form: Query, _ visit: PageVisit) -> Bool {
        guard let word = Cookie.visit.value(in: visit.request), let sent = form["form"] else { return false }
        return Secrets.equal(sent, sessions.form(ofVisit: word))
    }

    private func logIn(_ visit: PageVisit) async throws -> FrontResponse {
        let form = try await Self.readForm(visit.request, from: .stranger)
        let account = HTTPToken.trim(form["account"] ?? ""), name = HTTPToken.trim(form["user"] ?? ""), place = Self.place(form["to"])
        let proof = proof(form)
        func again(_ why: String, _ status: HTTPResponse.Status) -> FrontResponse {
            loginForm(visit, to: place, by: proof, ["typed_account": account, "typed_user": name, why: true], status: status)
        }
        guard isOwnForm(form, visit) else { return again("is_stale", .forbidden) }
        let listener: MailboxListener
        do {
            listener =
                switch proof {
                case .password: try await check(account, name, password: form["password"] ?? "", from: visit.request.remote)
                case .pin: try await check(account, mailbox: name, pin: form["password"] ?? "", from: visit.request.remote)
                }
        } catch is LoginGuard.Locked {
            return again("is_locked", .tooManyRequests)
        } catch VoicemailError.badCredentials, VoicemailError.disabled {
            // One answer to all of them: nobody learns which accounts, users and mailboxes there are.
            return again("is_wrong", .forbidden)
        }
        var response = visit.redirect(to: place)
        try await enter(listener, visit, &response)
        response.headers.append(Cookie.visit.set(nil, isSecure: isSecure(visit)))
        return response
    }

    /// Opens a session, which the browser is told with a response.
    func enter(_ listener: MailboxListener, _ visit: PageVisit, _ response: inout FrontResponse) async throws {
        let token = try await sessions.open(for: listener, by: visit.request)
        response.headers.append(Cookie.session.set(token, isSecure: isSecure(visit)))
    }

    private func check(_ account: String, _ username: String, password: String, from source: String) async throws -> MailboxListener {
        let selector = AccountSelector(realm: account, name: account)
        let names = try await service.access.names(of: username, in: selector)
        return try await loginGuard.attempt(from: source, as: names) {
            guard !account.isEmpty, !username.isEmpty, !password.isEmpty else { throw VoicemailError.badCredentials }
            return .user(try await service.access.logIn(digest: LoginDigest.sha.digest(username, password), form: .sha, to: selector).user)
        }
    }

    private func check(_ account: String, mailbox number: String, pin: String, from source: String) async throws -> MailboxListener {
        let selector = AccountSelector(realm: account, name: account)
        let names = try await service.access.names(ofMailbox: number, in: selector)
        return try await loginGuard.attempt(from: source, as: names) {
            guard !account.isEmpty, !number.isEmpty, !pin.isEmpty else { throw VoicemailError.badCredentials }
            return .mailbox(try await service.access.logIn(mailbox: number, pin: pin, to: selector).mailbox)
        }
    }

    func logOut(_ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        _ = try await form(of: visit, session)
        try await sessions.close(session)
        return leave(session, visit, "1")
    }

    /// To the login, from a session that has ended. The browser lets go of it, and of the pages that it has kept: whoever is there next goes back to
    /// none of them, and those that are open in other windows hear of it.
    func leave(_ session: WebSession, _ visit: PageVisit, _ word: String) -> FrontResponse {
        streams.end(session: session.ticket.hash, account: session.account.id)
        var response = visit.redirect(to: "login?out=" + word)
        response.headers.append(Cookie.session.set(nil, isSecure: isSecure(visit)))
        response.headers[PageHeaders.clearing] = "\"cache\""
        return response
    }

    /// Where somebody goes after the login, below the page's path: a page to go on with, or the first one. A link cannot send him anywhere else.
    static func place(_ text: String?) -> String {
        let pieces = (text ?? "").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return WebRoute(pieces[...])?.comeback ?? ""
    }

    func isSecure(_ visit: PageVisit) -> Bool { visit.request.isSecure || settings.isBehindTLS }
}
