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

    /// An absolute URL, and not one of this machine. What is no text, or none that the schema takes, the schema has found.
    @Sendable private func judgeReceiver(of attributes: JSONObject) -> [Violation] {
        guard let uri = attributes["uri"]?.string, !uri.isEmpty else { return [] }
        do {
            _ = try judgeReceiver(uri)
            return []
        } catch {
            let rule: Violation.Rule =
                switch error {
                case .malformed: .format("uri")
                case .thisMachine: .other(code: "invalid", message: "the host must not be this machine's own", cause: .string(uri))
                }
            return [Violation(["uri"], rule, value: .string(uri))]
        }
    }
}
