/// A receiver that an account's events are posted to (K§11.4).
public struct Webhook: Noun, StoredNoun {
    static let kind = DocumentKind.webhook
    var stored: StoredDocument

    static func schema(_: Limits) -> Schema { Schema.webhook }

    /// How a receiver can be asked.
    public enum Method: String, Sendable, CaseIterable {
        case get, post, put
    }

    public var isEnabled: Bool { stored.attributes["enabled"] != .bool(false) }
    /// The URL that events are posted to.
    public var uri: String { stored.attributes["uri"]?.string ?? "" }
    /// The family of events that it wants.
    public var hook: String { stored.attributes["hook"]?.string ?? "" }
    public var method: String { stored.attributes["http_verb"]?.string ?? "post" }
    public var isJSON: Bool { stored.attributes["format"]?.string == "json" }
    /// How often a delivery is tried again when nobody answers.
    public var retries: Int { min(4, max(0, stored.attributes["retries"]?.int ?? 2)) }
    /// Whether it also wants the events of the accounts below its own.
    public var includesAccountsBelow: Bool { stored.attributes["include_subaccounts"] == .bool(true) }
    /// What chooses among the events of the family, and what is sent with each.
    public var customData: JSONObject { stored.attributes["custom_data"]?.object ?? [:] }

    /// How many deliveries in a row were given up.
    var failures: Int {
        get { stored.hidden["failures"]?.int ?? 0 }
        set { stored.hidden["failures"] = .int(newValue) }
    }
}
