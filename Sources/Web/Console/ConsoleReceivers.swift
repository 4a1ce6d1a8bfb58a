import HTTPFront
import Voicemail

/// Where an account's events are posted to.
extension WebDialect {
    /// What receivers are told, by the text that says so; further words are clients' own.
    static let hooks = ["notifications", "object"]

    func listReceivers(_ query: Query, _ account: Account) async throws -> [String: Any] {
        let page = try await service.webhooks.list(of: account, ListingRange(start: start(query), limit: Self.rowsOfPage)) { $0 }
        var values = paging(query, next: page.next)
        values["hooks"] = Self.hooks.map { ["hook": $0, "hook_text": "t.hook_" + $0] }
        values["rows"] = page.items.map { receiver in
            var row: [String: Any] = ["row_id": receiver.id, "row_name": receiver.name, "row_uri": receiver.uri, "is_off": !receiver.isEnabled]
            if Self.hooks.contains(receiver.hook) { row["hook_text"] = "t.hook_" + receiver.hook } else { row["row_hook"] = receiver.hook }
            return row
        }
        return values
    }

    func changeReceivers(_ deed: ConsoleDeed, _ account: Account) async throws {
        let form = deed.form
        switch (deed.word, deed.subject) {
        case ("make", nil):
            guard let hook = form["hook"], Self.hooks.contains(hook) else { throw WebFailure.malformed(400) }
            let uri = HTTPToken.trim(form["uri"] ?? ""), name = HTTPToken.trim(form["name"] ?? "")
            var settings = WebhookSettings()
            settings.name = name.isEmpty ? String(uri.prefix(128)) : name
            settings.uri = uri
            settings.hook = hook
            settings.isJSON = true
            _ = try await service.webhooks.create(settings, in: account)
        case ("on", let id?): _ = try await service.webhooks.enable(id, in: account)
        case ("off", let id?):
            var settings = WebhookSettings()
            settings.isEnabled = false
            _ = try await service.webhooks.change(id, settings, in: account)
        case ("remove", let id?): _ = try await service.webhooks.remove(id, in: account)
        default: throw WebFailure.malformed(400)
        }
    }
}
