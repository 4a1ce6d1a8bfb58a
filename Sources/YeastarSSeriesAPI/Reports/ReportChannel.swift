import Foundation
import NIOCore
import Voicemail

/// Event reports: `NewCdr` for a new message and for a new recording, posted to every client that is logged in (S§7).
///
/// A report is tried once: the contract knows no repetition. Clients that share an address and a format are told once.
public struct ReportChannel: DeliveryChannel {
    public let name = "s-series-report"
    public let retries = RetryPolicy(maximumAttempts: 1, base: 0, ceiling: 0)

    public let deadlineSeconds: Int? = 3600

    private static let attemptSeconds = 10
    /// For what goes wrong on this side before anything is sent.
    private static let storeTrouble = RetryPolicy(maximumAttempts: 10, base: 1, ceiling: 60)
    /// Addresses of one account that are told; the latest ones of more.
    private static let maximumDestinations = 100

    private let service: VoicemailService
    private let push: any OutgoingHTTP

    public init(service: VoicemailService, push: any OutgoingHTTP) {
        self.service = service
        self.push = push
    }

    public func destination(of target: String) -> String { ReceiverURL(target)?.destination ?? target }

    public func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        guard let account = try reader.account(id: event.accountID) else { return [] }
        let zone = service.mailboxes.timeZone(of: account)
        guard let call = try AnnouncedCall(event, zone: zone, reader).map({ CallRow($0) }) else { return [] }
        let sessions = try reader.livingTickets(of: account.id, .sSeries, from: .sSeries, at: service.clock.now)
        return Self.destinations(of: sessions).map { destination in
            let report = destination.format.newCallRecord(call, zone: zone, serialNumber: service.serialNumber)
            return PlannedDelivery(
                target: destination.url,
                payload: [
                    "report": .object(report), "format": .string(destination.format.rawValue), "xml": .bool(destination.isXML),
                    "client": .string(destination.client),
                ])
        }
    }

    public func attempt(_ delivery: Delivery) async -> DeliveryAttempt { DeliveryAttempt(await outcome(of: delivery)) }

    private func outcome(of delivery: Delivery) async -> DeliveryOutcome {
        let destination: ReportDestination
        do {
            guard let found = try await self.destination(of: delivery) else { return .withdrawn }
            destination = found
        } catch {
            // No receiver was reached yet.
            return .failedUnder(Self.storeTrouble, "\(error)")
        }
        do {
            let format: AnswerFormat = destination.isXML ? .xml : .json
            let body = try format.document(delivery.payload["report"]?.object ?? [:])
            let headers = [
                ("Accept", format.contentType), ("User-Agent", "WebAPI"), ("Content-Type", format.contentType), ("X-Delivery-Id", delivery.id),
                ("X-Delivery-Attempt", String(delivery.attempts + 1)),
            ]
            let signature = Self.signature(ofReportsTo: delivery.accountID, service.secrets)
            let status = try await push.send(
                OutgoingRequest(
                    url: destination.url, method: "POST",
                    headers: headers + signature.headers(id: delivery.id, at: service.clock.now, body.readableBytesView).map { ($0.name, $0.value) },
                    body: body, timeoutSeconds: Self.attemptSeconds,
                    reach: service.webhooks.receiverReach(besides: NetworkAddress(destination.client))))
            return (200..<300).contains(status) ? .delivered : .failed("answered \(status)")
        } catch {
            // A client that named no port may well not listen: that is no failure.
            guard destination.isNamed else { return .withdrawn }
            guard let error = error as? OutgoingHTTPError else { return .failed("\(error)") }
            return .unreachable(error.reason)
        }
    }

    /// Clients name no secret: an account's have one.
    public static func signature(ofReportsTo accountID: String, _ secrets: Secrets) -> WebhookSignature {
        .derived(for: "reports " + accountID, secrets)
    }

    /// Where to, as long as a token of some client that wants it there lives (S§7).
    private func destination(of delivery: Delivery) async throws -> ReportDestination? {
        Self.destinations(of: try await service.tickets.living(of: delivery.accountID, .sSeries, from: .sSeries)).first {
            $0.url == delivery.target && $0.format.rawValue == delivery.payload["format"]?.string && $0.isXML == delivery.payload["xml"]?.bool
        }
    }

    private static func destinations(of sessions: [Ticket]) -> ArraySlice<ReportDestination> {
        var known = Set<[String]>()
        var found: [ReportDestination] = []
        for session in sessions {
            guard let destination = ReportDestination(ClientDetails(of: session)) else { continue }
            if known.insert([destination.url, destination.format.rawValue, "\(destination.isXML)"]).inserted { found.append(destination) }
        }
        return found.suffix(maximumDestinations)
    }
}
