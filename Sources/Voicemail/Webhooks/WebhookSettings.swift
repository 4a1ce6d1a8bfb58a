/// Settings of a webhook, as interfaces set them that have a word for each; nil leaves what there is.
public struct WebhookSettings: Sendable, Hashable {
    public var name: String?
    /// The URL that events are posted to.
    public var uri: String?
    /// The family of events that it wants.
    public var hook: String?
    /// How its receiver is asked.
    public var method: Webhook.Method?
    /// Whether it is sent JSON, and not a form.
    public var isJSON: Bool?
    public var isEnabled: Bool?

    public init() {}

    /// In the form that rules are applied to.
    var request: JSONObject {
        var request: JSONObject = [:]
        request[.name] = name.map { .string($0) }
        request[.uri] = uri.map { .string($0) }
        request[.hook] = hook.map { .string($0) }
        request[.method] = method.map { .string($0.rawValue) }
        request[.format] = isJSON.map { $0 ? "json" : "form-data" }
        request[.isEnabled] = isEnabled.map { .bool($0) }
        return request
    }
}

extension Webhooks {
    /// Creates a webhook with some settings; what they leave out has its standard.
    /// - Throws: as `create(_:id:in:)`.
    public func create(_ settings: WebhookSettings, in account: Account) async throws -> Webhook {
        try await create(.new(settings.request), id: nil, in: account)
    }

    /// - Throws: as `change(_:_:in:)` of attributes.
    public func change(_ id: String, _ settings: WebhookSettings, in account: Account) async throws -> Webhook {
        try await change(id, .patch(settings.request), in: account)
    }
}
