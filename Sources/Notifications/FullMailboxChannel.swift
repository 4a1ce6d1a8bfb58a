import Voicemail

/// Mails those who are to know it that a mailbox is full, each time that a caller has found it so (K§11.1).
public struct FullMailboxChannel: DeliveryChannel {
    public let name = "full-mail"
    /// It is soon no news any more.
    public let retries = RetryPolicy(maximumAttempts: 8, base: 15, ceiling: 600)
    public let deadlineSeconds: Int? = 3600

    private let service: VoicemailService
    private let mail: any OutgoingMail
    private let settings: NoticeSettings
    private let frequency = MailFrequency()

    public init(service: VoicemailService, mail: any OutgoingMail, settings: NoticeSettings) {
        self.service = service
        self.mail = mail
        self.settings = settings
    }

    public func destination(of _: String) -> String { OutgoingMailDestination.name }

    public func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        (try Mailboxes.mailReceivers(ofFull: event, reader) ?? []).map { receiver in
            PlannedDelivery(
                target: "\(event.subjectID) \(receiver)",
                payload: event.payload.merging(["mailbox": .string(event.subjectID), "to": .string(receiver)]) { $1 })
        }
    }

    public func deliver(_ delivery: Delivery) async -> DeliveryOutcome {
        let receiver = delivery.payload["to"]?.string ?? ""
        do {
            guard let full = try await service.mailboxes.full(delivery.payload["mailbox"]?.string ?? ""), full.receivers.contains(receiver) else {
                return .withdrawn
            }
            guard let address = MailAddress(receiver) else { return .refused("\(receiver) is no mail address") }
            guard let parts = NoticeTexts.render(full, delivery.payload, settings) else { return .refused("there is no text for the mail") }
            // The last thing that is asked, so that only what is sent counts.
            guard frequency.admits(delivery, at: service.clock.now) else { return .withdrawn }
            var message = MailMessage(to: address, subject: parts.subject, text: parts.text, html: parts.html)
            message.id = delivery.id
            message.attempt = delivery.attempts + 1
            message.list = full.mailbox.id + ".voicemail"
            try await mail.send(message)
            return .delivered
        } catch let error as OutgoingMailError {
            return error.outcome
        } catch {
            return .failed("\(error)")
        }
    }
}
