import HTTPFront
import HTTPTypes
import Voicemail

/// The pages of who looks after an account.
enum ConsolePage: String, CaseIterable, Hashable, Sendable {
    case overview, mailboxes, groups, users
    case list = "import"
    case keys, receivers, outbox, logins, accounts

    /// Whether it is of the whole server, and so for administrators of accounts that may act on every account.
    var isOfServer: Bool { self == .logins || self == .accounts }
}

/// What a form of the console asks for.
struct ConsoleDeed {
    /// As the button has it that was pressed.
    let word: String
    /// What it is done to; nil for what is not there yet.
    let subject: String?
    let form: Query

    init(_ form: Query) throws(WebFailure) {
        let words = (form["do"] ?? "").split(separator: " ").map(String.init)
        guard let word = words.first, words.count <= 2 else { throw .malformed(400) }
        self.word = word
        subject = words.count == 2 ? words[1] : nil
        self.form = form
    }
}

/// Looking after an account, for its administrators.
extension WebDialect {
    /// Rows of a page.
    static let rowsOfPage = 50

    /// What was done, by the text that says so.
    private static let outcomes: Set<String> = ["done", "made"]

    /// Texts that pages of the console name by what they are and what they are told.
    static let consoleTexts: Set<String> = {
        let texts: [[String]] = [
            ConsolePage.allCases.map { "console_" + $0.rawValue }, outcomes.map { "told_console_" + $0 }, ConsoleRefusal.allCases.map(\.rawValue),
            hooks.map { "hook_" + $0 }, modeTexts, listTexts, ListTrouble.allCases.map(\.rawValue),
            LoginCount.Kind.allCases.map { "login_of_" + $0.rawValue }, Delivery.State.allCases.map { "outbox_" + $0.rawValue },
        ]
        return Set(texts.joined())
    }()

    func console(_ page: ConsolePage, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        // To everybody else there is nothing here.
        guard session.listener.isAdministrator, !page.isOfServer || session.account.actsOnAllAccounts else { throw WebFailure.notFound }
        guard visit.request.method == .post else { return try await consolePage(page, session, visit) }
        let form = try await form(of: visit, session, upTo: page == .list ? Self.longestList : RequestBody.smallest)
        if page == .list { return try await takeList(form, session, visit) }
        let deed = try ConsoleDeed(form), account = session.account
        do {
            switch page {
            case .list: throw WebFailure.method
            case .overview: try await changeAccount(deed, account)
            case .keys where deed.word == "make": return try await consolePage(page, session, visit, try await makeKey(form, account))
            case .keys: try await withdrawKey(deed, account)
            case .receivers: try await changeReceivers(deed, account)
            case .groups: try await changeGroups(deed, account)
            case .mailboxes: try await changeMailboxes(deed, account)
            case .users: try await changeUsers(deed, session)
            case .outbox: try await changeOutbox(deed, account)
            case .logins: try await changeLogins(deed)
            case .accounts: try await makeAccount(deed)
            }
            return visit.redirect(to: "console/\(page.rawValue)?told=" + (deed.word == "make" ? "made" : "done"))
        } catch {
            guard let refusal = ConsoleRefusal(error, of: page) else { throw error }
            return try await consolePage(page, session, visit, ["wrong": true, "wrong_text": "t." + refusal.rawValue], status: .badRequest)
        }
    }

    /// - Parameter more: what a form has come to; the first page is shown below it.
    func consolePage(
        _ page: ConsolePage, _ session: WebSession, _ visit: PageVisit, _ more: [String: Any] = [:], status: HTTPResponse.Status = .ok
    ) async throws -> FrontResponse {
        let account = session.account
        let times = ShownTimes(language: visit.pages?.language ?? "en", zone: service.mailboxes.timeZone(of: account))
        let query = more.isEmpty ? visit.request.query : Query()
        var values: [String: Any] =
            switch page {
            case .overview: try await overview(account, times)
            case .list: ["columns": ProvisioningList.columns.sorted().joined(separator: ", ")]
            case .keys: try await listKeys(query, account, times)
            case .receivers: try await listReceivers(query, account)
            case .groups: try await listGroups(query, account)
            case .mailboxes: try await listMailboxes(query, account)
            case .users: try await listUsers(query, session)
            case .outbox: try await listOutbox(query, account, times)
            case .logins: try await listLogins(query, times)
            case .accounts: try await listAccounts(query)
            }
        let shown = ConsolePage.allCases.filter { !$0.isOfServer || account.actsOnAllAccounts }
        values["title"] = "t.console_" + page.rawValue
        values["console_pages"] = shown.map { ["page": $0.rawValue, "page_text": "t.console_" + $0.rawValue, "is_page": $0 == page] as [String: Any] }
        values["here"] = "\(visit.root)console/\(page.rawValue)"
        values["in_" + page.rawValue] = true
        if let told = query["told"], Self.outcomes.contains(told) { values.merge(["told": true, "told_text": "t.told_console_" + told]) { $1 } }
        values.merge(more) { $1 }
        return visit.page(.console, values, status: status)
    }

    private func overview(_ account: Account, _ times: ShownTimes) async throws -> [String: Any] {
        let held = try await service.accounts.holdings(of: account)
        var values: [String: Any] = [
            "users_count": held.users, "mailboxes_count": held.mailboxes, "messages_count": held.messages, "recordings_count": held.recordings,
            "keys_count": held.keys, "realm": account.realm, "account_id": account.id, "owners_hear": account.letsOwnersHearRecordings,
        ]
        if account.actsOnAllAccounts {
            values["of_server"] = true
            values.merge(try await glance().values(times)) { $1 }
        }
        return values
    }

    /// Lets owners hear recordings of their own calls, or does not any more.
    private func changeAccount(_ deed: ConsoleDeed, _ account: Account) async throws {
        guard deed.word == "recordings", let lets = ["on": true, "off": false][deed.subject ?? ""] else { throw WebFailure.malformed(400) }
        var settings = AccountSettings()
        settings.letsOwnersHearRecordings = lets
        _ = try await service.accounts.change(account.id, settings)
    }

    /// Where a list by name begins, and where the next page does.
    func start(_ query: Query) -> ListingPlace? {
        if let name = query["name"], let id = query["id"] { (name: name, id: id) } else { nil }
    }

    func paging(_ query: Query, next: ListingPlace?) -> [String: Any] {
        var values: [String: Any] = ["is_later": query.contains("id") || query.contains("after")]
        if let next { values["next"] = "name=\(PercentEncoding.encode(next.name))&id=\(PercentEncoding.encode(next.id))" }
        return values
    }
}
