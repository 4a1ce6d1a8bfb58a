import Voicemail

/// Something that webhooks are told of, in KAZOO's words (K§11.2, K§11.4).
struct HookEvent {
    /// Which webhooks may want it: `notifications` or `object`.
    let hook: String
    /// What `custom_data` chooses by.
    let type: String
    /// The same, for what happened to a document.
    let action: String?
    let fields: JSONObject

    /// Whether a webhook has asked for it.
    func isWanted(by webhook: Webhook) -> Bool {
        guard webhook.hook == hook || webhook.hook == "all" else { return false }
        func chooses(_ key: String, _ value: String?) -> Bool {
            guard let value, let wish = webhook.customData[key]?.string else { return true }
            return wish == value || wish == "all"
        }
        return chooses("type", type) && chooses("action", action)
    }

    /// What a webhook is sent: the event, and over it what the webhook wants sent with it.
    func body(for webhook: Webhook) -> JSONObject {
        var body = fields
        for (key, value) in webhook.customData where key != "type" && key != "action" { body[key] = value }
        return body
    }
}
