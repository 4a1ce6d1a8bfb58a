import AsyncHTTPClient
import Delivery
import Foundation
import NIOCore
import NIOPosix
import Server
import Voicemail

/// One request to a webhook's receiver that tells of nothing, sent as events are.
struct WebhookTrial {
    private static let patience = 10

    private let request: OutgoingRequest

    init(_ webhook: Webhook, reach: OutgoingReach) throws {
        let facts = webhook.published
        guard let uri = facts["uri"]?.string, let hook = facts["hook"]?.string else { throw Refusal("the webhook names no receiver") }
        let event: JSONObject = ["hook_event": .string(hook), "account_id": .string(webhook.accountID), "webhook_id": .string(webhook.id), "test": true]
        let verb = facts["http_verb"]?.string ?? "post"
        var form = URLComponents()
        form.queryItems = event.map { URLQueryItem(name: $0.key, value: $0.value.text ?? $0.value.encoded) }
        let encoded = form.percentEncodedQuery ?? ""
        if verb == "get" {
            request = OutgoingRequest(url: uri + (uri.contains("?") ? "&" : "?") + encoded, method: "GET", timeoutSeconds: Self.patience, reach: reach)
        } else {
            let isJSON = facts["format"]?.string == "json"
            request = OutgoingRequest(
                url: uri, method: verb.uppercased(), headers: [("Content-Type", isJSON ? "application/json" : "application/x-www-form-urlencoded")],
                body: ByteBuffer(string: isJSON ? JSON.object(event).encoded : encoded), timeoutSeconds: Self.patience, reach: reach)
        }
    }

    /// - Returns: the status that the receiver answers with.
    /// - Throws: `Refusal` where there is no answer.
    func run() async throws -> Int {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: HTTPPush.configuration)
        let push = HTTPPush(client: client, pool: .singleton, product: "Aftertone/\(Version.number)")
        do throws(OutgoingHTTPError) {
            let status = try await push.send(request)
            await push.close()
            try await close(client)
            return status
        } catch {
            await push.close()
            try await close(client)
            throw Refusal("the receiver did not answer: \(error.reason)")
        }
    }

    private func close(_ client: HTTPClient) async throws(OutgoingHTTPError) {
        do { try await client.shutdown() } catch { throw OutgoingHTTPError("the connection could not be closed") }
    }
}
