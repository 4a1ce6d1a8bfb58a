/// Webhooks as stored documents (K§11.4).
extension Webhooks {
    /// Creates a webhook.
    /// - Throws: `VoicemailError.invalid` with every rule broken at once, where it leads among them; `.conflict`.
    public func create(_ request: JSONObject, id: String?, in account: Account) async throws -> Webhook {
        try await createStored(request, id: id, in: account, judge: judgeReceiver)
    }

    public func change(_ id: String, _ change: AttributeChange, in account: Account) async throws -> Webhook {
        try await changeStored(id, change, in: account, judge: judgeReceiver)
    }

    /// - Throws: `VoicemailError.notFound`.
    public func find(_ id: String, of account: Account) async throws -> Webhook { try await require(id, of: account) }

    public func list<Item: Sendable>(
        of account: Account, _ range: ListingRange, item: @escaping @Sendable (Webhook) -> Item?
    ) async throws -> ListingPage<Item> {
        try await pageStored(accountID: account.id, range, item: item)
    }

    /// - Returns: the webhook as it was.
    public func remove(_ id: String, in account: Account) async throws -> Webhook { try await removeStored(id, in: account) }

    /// Switches a webhook on again that failures have switched off.
    public func enable(_ id: String, in account: Account) async throws -> Webhook {
        try await self.change(id, .patch(["enabled": true, "disable_message": .null]), in: account)
    }

    /// Finds a webhook's attributes valid, or throws as creating it would, and changes nothing.
    public func validate(_ change: AttributeChange, of webhook: Webhook? = nil) throws(VoicemailError) {
        let before = webhook?.stored.attributes ?? [:]
        let (checked, violations) = try limits.checked(change.applied(to: before), by: Schema.webhook, before: before)
        let all = violations + judgeReceiver(of: checked)
        guard all.isEmpty else { throw .invalid(all) }
    }

    /// An absolute URL, and not one of this machine or a private network. What is no text, or none that the schema takes, the schema has found.
    @Sendable private func judgeReceiver(of attributes: JSONObject) -> [Violation] {
        guard let uri = attributes["uri"]?.string, !uri.isEmpty else { return [] }
        do {
            _ = try judgeReceiver(uri)
            return []
        } catch {
            let rule: Violation.Rule =
                switch error {
                case .malformed: .format("uri")
                case .privateNetwork: .other(code: "invalid", message: "the host must not be of a private network", cause: .string(uri))
                case .thisMachine: .other(code: "invalid", message: "the host must not be this machine's own", cause: .string(uri))
                }
            return [Violation(["uri"], rule, value: .string(uri))]
        }
    }
}

/// What a channel that tells webhooks needs to know.
extension Webhooks {
    /// Webhooks of one account that an event is offered to.
    fileprivate static let most = 100

    /// One that is there and switched on.
    public func enabled(_ id: String) async throws -> Webhook? {
        try await store.read { reader in
            let webhook: Webhook? = try reader.find(id: id)
            return webhook?.isEnabled == true ? webhook : nil
        }
    }

}

extension StoreReader {
    /// Webhooks that may want to hear what happens in an account: its own, and those of accounts above it that ask for it.
    public func webhooks(listeningTo accountID: String) throws -> [Webhook] {
        guard let account = try account(id: accountID) else { return [] }
        return try ([accountID] + account.lineage.reversed()).flatMap { listener in
            var found: [Webhook] = []
            try each(Webhook.self, DocumentQuery(kind: .webhook, accountID: listener)) { webhook in
                if webhook.isEnabled, listener == accountID || webhook.includesAccountsBelow { found.append(webhook) }
                return found.count < Webhooks.most
            }
            return found
        }
    }
}

extension StoreWriter {
    /// Notes whether what a webhook was to be told reached it. After `limit` deliveries in a row that did not it is switched off, with a word
    /// that says why.
    public func noteTelling(ofWebhook id: String, wasTold: Bool, limit: Int, at now: Timestamp) throws {
        guard var webhook: Webhook = try find(id: id) else { return }
        if wasTold {
            guard webhook.failures > 0 else { return }
            webhook.failures = 0
            return try update(webhook.stored)
        }
        webhook.failures += 1
        guard webhook.failures >= limit, webhook.isEnabled else { return try update(webhook.stored) }
        webhook.failures = 0
        webhook.stored.attributes["enabled"] = false
        webhook.stored.attributes["disable_message"] = .string("too many failed attempts")
        _ = try save(webhook, at: now)
    }
}
