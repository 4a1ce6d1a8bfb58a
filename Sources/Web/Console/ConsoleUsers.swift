import HTTPFront
import Voicemail

/// The users of an account.
extension WebDialect {
    func listUsers(_ query: Query, _ session: WebSession) async throws -> [String: Any] {
        let page = try await service.users.list(of: session.account, ListingRange(start: start(query), limit: Self.rowsOfPage)) { $0 }
        var values = paging(query, next: page.next)
        values["rows"] = page.items.map { user in
            var row: [String: Any] = [
                "row_id": user.id, "row_name": user.shownName, "is_off": !user.isEnabled, "is_administrator": user.isAdministrator,
                "is_himself": user.id == session.listener.id,
            ]
            if let username = user.username { row["row_user"] = username }
            if let email = user.email { row["row_mail"] = email }
            return row
        }
        return values
    }

    func changeUsers(_ deed: ConsoleDeed, _ session: WebSession) async throws {
        let account = session.account
        switch (deed.word, deed.subject) {
        case ("make", nil): try await makeUser(deed.form, account)
        case ("password", let id?):
            guard let password = deed.form["password"], !password.isEmpty else { throw ConsoleRefusal.password }
            var settings = UserSettings()
            settings.password = password
            _ = try await service.users.change(id, settings, in: account)
        case ("on", let id?): try await switchUser(id, on: true, account)
        case ("off", let id?):
            guard id != session.listener.id else { throw ConsoleRefusal.himself }
            try await switchUser(id, on: false, account)
        default: throw WebFailure.malformed(400)
        }
    }

    private func switchUser(_ id: String, on isEnabled: Bool, _ account: Account) async throws {
        var settings = UserSettings()
        settings.isEnabled = isEnabled
        _ = try await service.users.change(id, settings, in: account)
    }

    private func makeUser(_ form: Query, _ account: Account) async throws {
        let username = HTTPToken.trim(form["username"] ?? ""), mail = HTTPToken.trim(form["mail"] ?? "")
        guard !username.isEmpty else { throw ConsoleRefusal.user }
        guard let password = form["password"], !password.isEmpty else { throw ConsoleRefusal.password }
        var settings = UserSettings(username: username, password: password)
        let first = HTTPToken.trim(form["first"] ?? ""), last = HTTPToken.trim(form["last"] ?? "")
        if !first.isEmpty { settings.firstName = first }
        if !last.isEmpty { settings.lastName = last }
        if !mail.isEmpty { settings.email = mail }
        settings.isAdministrator = form["admin"] == "yes"
        _ = try await service.users.create(settings, in: account)
    }
}
