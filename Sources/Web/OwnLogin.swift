import HTTPFront
import HTTPTypes
import Voicemail

/// What a user changes of his own login: his password, and the language of his pages.
extension WebDialect {
    /// What is wrong with a form, by the text that says so.
    enum OwnLoginWrong: String, CaseIterable, Error {
        case present = "wrong_password_present"
        case locked = "login_locked"
        case differs = "wrong_setup_password"
        case password = "wrong_console_password"
    }

    /// Languages as those who speak them write them.
    private static let languageNames = ["en": "English", "es": "Español", "fr": "Français", "it": "Italiano", "ru": "Русский"]

    func ownLogin(_ user: User) -> [String: Any] {
        let chosen = user.language?.lowercased().prefix { $0 != "-" && $0 != "_" }
        return [
            "has_user": true,
            "languages": Self.languages { chosen.map(String.init) == $0 },
        ]
    }

    /// The languages of the pages, to choose from.
    static func languages(_ isChosen: (String) -> Bool) -> [[String: Any]] {
        Pages.all.map { pages in
            [
                "language_tag": pages.language, "language_name": languageNames[pages.language] ?? pages.language,
                "is_language": isChosen(pages.language),
            ]
        }
    }

    /// Changes the password of who knows the present one. All his sessions end, and this one is opened anew.
    func changePassword(_ form: Query, _ user: User, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        guard let username = user.username else { throw WebFailure.malformed(400) }
        do {
            try await loginGuard.attempt(from: visit.request.remote, as: [.user(username, accountID: session.account.id)]) {
                let digest = LoginDigest.sha.digest(username, form["present"] ?? "")
                guard try await service.access.logIn(digest: digest, form: .sha, accountID: session.account.id).user.id == user.id else {
                    throw VoicemailError.badCredentials
                }
            }
        } catch is LoginGuard.Locked {
            throw OwnLoginWrong.locked
        } catch VoicemailError.badCredentials, VoicemailError.disabled {
            throw OwnLoginWrong.present
        }
        guard let password = form["password"], !password.isEmpty, password == form["again"] else { throw OwnLoginWrong.differs }
        var change = UserSettings()
        change.password = password
        let changed: User
        do {
            changed = try await service.users.change(user.id, change, in: session.account)
        } catch VoicemailError.invalid, VoicemailError.documentTooLarge {
            throw OwnLoginWrong.password
        }
        var response = visit.redirect(to: "sessions?told=password")
        try await enter(.user(changed), visit, &response)
        return response
    }

    /// None is what the account or the browser says.
    func changeLanguage(_ form: Query, _ user: User, _ account: Account) async throws {
        let tag = form["language"] ?? ""
        guard tag.isEmpty || Pages.all.contains(where: { $0.language == tag }) else { throw WebFailure.malformed(400) }
        var change = UserSettings()
        change.language = .some(tag.isEmpty ? nil : tag)
        _ = try await service.users.change(user.id, change, in: account)
    }
}
