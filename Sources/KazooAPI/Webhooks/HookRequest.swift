import NIOCore
import Voicemail

/// One attempt to tell a webhook's receiver something (K§11.4), signed as Standard Webhooks are.
public struct HookRequest: Sendable {
    private static let timeoutSeconds = 10

    /// What the attempts of one delivery share.
    public let id: String
    /// The first is 1.
    public let attempt: Int
    /// Where it happened: the webhook's account or one below it.
    public let accountID: String
    public let body: JSONObject

    public init(id: String, attempt: Int, accountID: String, body: JSONObject) {
        self.id = id
        self.attempt = attempt
        self.accountID = accountID
        self.body = body
    }

    /// The request as the webhook's method and format want it.
    public func outgoing(to webhook: Webhook, _ service: VoicemailService) -> OutgoingRequest {
        let isQuery = webhook.method == "get", isJSON = webhook.isJSON && !isQuery
        let written = isJSON ? HookBody.json(body) : HookBody.form(body)
        // Brackets are none of a query's characters (RFC 3986 §3.4).
        let content = isQuery ? written.replacing("[", with: "%5B").replacing("]", with: "%5D") : written
        var headers: [(name: String, value: String)] = [
            ("X-Hook-ID", webhook.id), ("X-Account-ID", accountID), ("X-Delivery-Id", id), ("X-Delivery-Attempt", String(attempt)),
        ]
        headers += webhook.signature(service.secrets).headers(id: id, at: service.clock.now, content.utf8)
        guard !isQuery else {
            let parts = webhook.uri.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let url = "\(parts[0])\(parts[0].contains("?") ? "&" : "?")\(content)"
            return OutgoingRequest(url: url, method: "GET", headers: headers, timeoutSeconds: Self.timeoutSeconds, reach: service.webhooks.receiverReach())
        }
        headers.append(("Content-Type", isJSON ? "application/json" : "application/x-www-form-urlencoded"))
        return OutgoingRequest(
            url: webhook.uri, method: webhook.method.uppercased(), headers: headers, body: ByteBuffer(string: content), timeoutSeconds: Self.timeoutSeconds,
            reach: service.webhooks.receiverReach())
    }
}
