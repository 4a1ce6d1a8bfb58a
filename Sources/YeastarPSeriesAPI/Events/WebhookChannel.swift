import Crypto
import Foundation
import NIOCore
import Voicemail

/// The web hook push: every event to each receiver that the account has named for it, signed, and again until it is taken (P§11.3).
public struct WebhookChannel: DeliveryChannel {
    public let name = "p-series-webhook"
    /// For what is not the receiver's fault; each account has its own for what is.
    public let retries = RetryPolicy(maximumAttempts: 10, base: 1, ceiling: 60)
    public let deadlineSeconds: Int? = 86_400

    private let service: VoicemailService
    private let settings: PSeriesSettings
    private let push: any OutgoingHTTP

    public init(service: VoicemailService, settings: PSeriesSettings, push: any OutgoingHTTP) {
        self.service = service
        self.settings = settings
        self.push = push
    }

    public func destination(of target: String) -> String { ReceiverURL(target)?.destination ?? target }

    public func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        guard let account = try reader.account(id: event.accountID) else { return [] }
        let push = EventPush(of: account), zone = service.mailboxes.timeZone(of: account)
        guard push.isEnabled, !push.receivers.isEmpty, let call = try AnnouncedCall(event, zone: zone, reader) else { return [] }
        let message = PSeriesEvent(call, zone: zone)
        let text = message.encoded(settings.eventMessageFormat, serialNumber: settings.serialNumber ?? service.serialNumber)
        return push.receivers.filter { $0.wants(message.type) }.map { receiver in
            PlannedDelivery(target: receiver.url, payload: ["body": .string(text), "method": .string(receiver.method.rawValue)])
        }
    }

    public func attempt(_ delivery: Delivery) async -> DeliveryAttempt { DeliveryAttempt(await outcome(of: delivery)) }

    private func outcome(of delivery: Delivery) async -> DeliveryOutcome {
        do {
            let account = try await service.accounts.find(delivery.accountID)
            guard let push = account.map({ EventPush(of: $0) }), push.isEnabled,
                let receiver = push.receivers.first(where: { $0.url == delivery.target && $0.method.rawValue == delivery.payload["method"]?.string })
            else { return .withdrawn }
            // The last delay a receiver that comes back has to wait is a minute.
            let policy = RetryPolicy(maximumAttempts: push.retries + 1, base: 2, ceiling: 60)
            do throws(OutgoingHTTPError) {
                let status = try await self.push.send(request(delivery, receiver, push.timeout))
                return (200..<300).contains(status) ? .delivered : .failedUnder(policy, "answered \(status)")
            } catch {
                return .unreachable(error.reason, policy)
            }
        } catch {
            return .failed("\(error)")
        }
    }

    private func request(_ delivery: Delivery, _ receiver: EventPush.Receiver, _ timeout: Int) -> OutgoingRequest {
        let text = delivery.payload["body"]?.string ?? "", reach = service.webhooks.receiverReach()
        var headers = [
            ("X-Signature", Self.signature(of: text, secret: receiver.secret)), ("X-Delivery-Id", delivery.id),
            ("X-Delivery-Attempt", String(delivery.attempts + 1)),
        ]
        func sign(_ content: String) {
            headers += WebhookSignature(secret: receiver.secret).headers(id: delivery.id, at: service.clock.now, content.utf8).map { ($0.name, $0.value) }
        }
        switch receiver.method {
        case .post:
            sign(text)
            headers.append(("Content-Type", "application/json"))
            return OutgoingRequest(
                url: receiver.url, method: "POST", headers: headers, body: ByteBuffer(string: text), timeoutSeconds: timeout, reach: reach)
        case .get:
            let query = "data=" + (text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            sign(query)
            return OutgoingRequest(
                url: Self.adding(query, to: receiver.url), method: "GET", headers: headers, timeoutSeconds: timeout, reach: reach)
        }
    }

    /// What proves that the body came from here: base64 of its HMAC under the receiver's secret.
    static func signature(of body: String, secret: String) -> String {
        Data(HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: SymmetricKey(data: Data(secret.utf8)))).base64EncodedString()
    }

    /// With a parameter beside those that the address has.
    private static func adding(_ query: String, to url: String) -> String {
        let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        return parts[0] + (parts[0].contains("?") ? "&" : "?") + query
    }
}
