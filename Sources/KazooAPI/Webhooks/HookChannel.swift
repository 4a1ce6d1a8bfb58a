import Voicemail

/// Posts what happens to an account's webhooks (K§11.4).
public struct HookChannel: DeliveryChannel {
    public let name = "kazoo-webhook"
    /// For trouble of ours; each webhook says how often it is tried when nobody answers.
    public let retries = RetryPolicy(maximumAttempts: 10, base: 2, ceiling: 60)
    public let deadlineSeconds: Int? = 86_400

    /// Deliveries in a row that were given up before a webhook is switched off.
    private static let failuresBeforeOff = 6

    private let service: VoicemailService
    private let settings: KazooSettings
    private let push: any OutgoingHTTP

    public init(service: VoicemailService, settings: KazooSettings, push: any OutgoingHTTP) {
        self.service = service
        self.settings = settings
        self.push = push
    }

    /// The webhook, and where it led when the delivery was planned, which tells who hears it.
    private static func target(_ webhook: Webhook) -> String { webhook.id + " " + webhook.uri }

    public func destination(of target: String) -> String { ReceiverURL(String(target.drop { $0 != " " }.dropFirst()))?.destination ?? target }

    public func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        let webhooks = try reader.webhooks(listeningTo: event.accountID)
        guard !webhooks.isEmpty else { return [] }
        let events = try ToldEvent(event: event, node: settings.node, mailboxes: service.mailboxes, reader: reader).hookEvents()
        return webhooks.flatMap { webhook in
            events.filter { $0.isWanted(by: webhook) }.map { wanted in
                PlannedDelivery(
                    target: Self.target(webhook),
                    payload: ["hook": .string(webhook.id), "account": .string(event.accountID), "body": .object(wanted.body(for: webhook))])
            }
        }
    }

    public func attempt(_ delivery: Delivery) async -> DeliveryAttempt {
        do {
            guard let webhook = try await service.webhooks.enabled(delivery.payload["hook"]?.string ?? "") else { return DeliveryAttempt(.withdrawn) }
            return await attempt(delivery, webhook)
        } catch {
            return DeliveryAttempt(.failed("\(error)"))
        }
    }

    private func attempt(_ delivery: Delivery, _ webhook: Webhook) async -> DeliveryAttempt {
        let request = HookRequest(
            id: delivery.id, attempt: delivery.attempts + 1, accountID: delivery.payload["account"]?.string ?? delivery.accountID,
            body: delivery.payload["body"]?.object ?? [:])
        do throws(OutgoingHTTPError) {
            let status = try await push.send(request.outgoing(to: webhook, service))
            let isSuccess = status == 200 || (status == 201 && webhook.method == "put")
            let record = AttemptRecord(
                receiverID: webhook.id, accountID: webhook.accountID, made: service.clock.now, status: status, isSuccess: isSuccess)
            // Another answer is one, too: it is not asked again.
            return DeliveryAttempt(isSuccess ? .delivered : .refused("answered \(status)"), record: record)
        } catch {
            let record = AttemptRecord(
                receiverID: webhook.id, accountID: webhook.accountID, made: service.clock.now, status: nil, isSuccess: false, failure: error.reason,
                retriesLeft: max(0, webhook.retries - delivery.attempts))
            let policy = RetryPolicy(maximumAttempts: webhook.retries + 1, base: 2, ceiling: 2)
            return DeliveryAttempt(.unreachable(error.reason, policy), record: record)
        }
    }

    public func ended(_ delivery: Delivery, _ end: DeliveryEnd, at now: Timestamp, _ writer: any StoreWriter) throws {
        guard end != .withdrawn, let id = delivery.payload["hook"]?.string else { return }
        try writer.noteTelling(ofWebhook: id, wasTold: end == .delivered, limit: Self.failuresBeforeOff, at: now)
    }
}
