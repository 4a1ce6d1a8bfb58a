import AsyncHTTPClient
import Delivery
import KazooAPI
import NIOPosix
import Server
import Voicemail

/// One request to a webhook's receiver that tells of nothing, sent and signed as events are.
struct WebhookTrial {
    private let request: OutgoingRequest

    init(_ webhook: Webhook, _ service: VoicemailService) {
        let event: JSONObject = [
            "hook_event": .string(webhook.hook), "account_id": .string(webhook.accountID), "webhook_id": .string(webhook.id), "test": true,
        ]
        request = HookRequest(id: HexID.random(), attempt: 1, accountID: webhook.accountID, body: event).outgoing(to: webhook, service)
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
