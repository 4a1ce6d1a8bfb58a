/// Where an account's events are to be posted (K§11.4).
public struct Webhook: Noun, StoredNoun {
    static let kind = DocumentKind.webhook
    var stored: StoredDocument

    public var id: String { stored.id }
    public var accountID: String { stored.accountID }
    public var serial: Int { stored.serial }
    public var name: String { stored.name }
    public var revision: Int { stored.revision }
    public var created: Timestamp { stored.created }
    public var modified: Timestamp { stored.modified }
    public var published: JSONObject { stored.published }

    static func schema(_: Limits) -> Schema { Schema.webhook }

    public var isEnabled: Bool { stored.attributes["enabled"] != .bool(false) }
}
