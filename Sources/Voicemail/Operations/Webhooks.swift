/// Webhooks as stored documents (KAZOO contract §11.4).
extension VoicemailService {
    /// Creates a webhook.
    /// - Throws: `VoicemailError.invalid` with every rule broken at once, where it leads among them; `.conflict`.
    public func createWebhook(_ request: JSONObject, id: String?, in account: Document) async throws -> Document {
        try await createDocument(request, id: id, kind: .webhook, schema: Schema.webhook, in: account, judge: judgeReceiver)
    }

    public func changeWebhook(_ id: String, _ change: AttributeChange, in account: Document) async throws -> Document {
        try await changeDocument(id, change, kind: .webhook, schema: Schema.webhook, in: account, judge: judgeReceiver)
    }

    /// Finds a webhook's attributes valid, or throws as creating it would, and changes nothing.
    public func validateWebhook(_ attributes: JSONObject) throws(VoicemailError) {
        let (checked, violations) = Schema.webhook.apply(to: attributes)
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
