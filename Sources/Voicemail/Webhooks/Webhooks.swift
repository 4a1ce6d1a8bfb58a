/// Webhooks as stored documents (K§11.4).
extension Webhooks {
    /// Creates a webhook.
    /// - Throws: `VoicemailError.invalid` with all violations, those of its address among them; `.conflict`.
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

    /// Enables a webhook again that was switched off because deliveries failed.
    public func enable(_ id: String, in account: Account) async throws -> Webhook {
        try await self.change(id, .patch(["enabled": true, "disable_message": .null]), in: account)
    }

    /// Judges a change of a webhook, or a new one, as making it would, and changes nothing.
    public func validate(_ change: AttributeChange, of webhook: Webhook? = nil) throws(VoicemailError) {
        let before = webhook?.stored.attributes ?? [:]
        let (checked, violations) = try limits.checked(change.applied(to: before), by: Schema.webhook, before: before)
        let all = violations + judgeReceiver(of: checked)
        guard all.isEmpty else { throw .invalid(all) }
    }

    /// The violations of its address. A missing or empty one is the schema's to find.
    @Sendable private func judgeReceiver(of attributes: JSONObject) -> [Violation] {
        guard let uri = attributes["uri"]?.string, !uri.isEmpty else { return [] }
        do {
            _ = try judgeReceiver(uri)
            return []
        } catch {
            let rule: Violation.Rule =
                switch error {
                case .malformed: .format("uri")
                case .privateNetwork: .privateHost
                case .thisMachine: .ownHost
                }
            return [Violation(.uri, rule, value: .string(uri))]
        }
    }
}

/// What a delivery channel needs to know of webhooks.
extension Webhooks {
    /// The most webhooks of one account that an event is offered to.
    fileprivate static let most = 100

    /// Finds a webhook that is enabled; nil for any other, and where it is gone.
    public func enabled(_ id: String) async throws -> Webhook? {
        try await store.read { reader in
            let webhook: Webhook? = try reader.find(id: id)
            return webhook?.isEnabled == true ? webhook : nil
        }
    }

}

extension StoreReader {
    /// The enabled webhooks that may want an account's events: its own, and those of the accounts above it that include the accounts below.
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
    /// Notes how a delivery to a webhook has ended. After `limit` deliveries in a row that were given up, the webhook is switched off, and a message
    /// in it says why.
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
