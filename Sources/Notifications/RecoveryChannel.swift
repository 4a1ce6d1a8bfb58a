import Voicemail

/// Mails links to new passwords (K§3.4), in the user's language, else his account's.
public struct RecoveryChannel: DeliveryChannel {
    public let name = "password-recovery"
    public let retries: RetryPolicy
    /// As long as a link that was asked for is given out.
    public let deadlineSeconds: Int? = Access.passwordResetLifetime

    private let service: VoicemailService
    private let mail: any OutgoingMail
    private let settings: NoticeSettings

    public init(service: VoicemailService, mail: any OutgoingMail, settings: NoticeSettings) {
        self.service = service
        self.mail = mail
        self.settings = settings
        retries = RetryPolicy(maximumAttempts: 8, base: 10, ceiling: 600)
    }

    public func destination(of _: String) -> String { OutgoingMailDestination.name }

    public func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        guard event.kind == .passwordResetRequested else { return [] }
        return [PlannedDelivery(target: event.subjectID, payload: event.payload)]
    }

    public func deliver(_ delivery: Delivery) async -> DeliveryOutcome {
        do {
            let reset = try await service.access.openPasswordReset(userID: delivery.target, accountID: delivery.accountID, requested: delivery.created)
            guard let reset, let page = delivery.payload[Event.page]?.string else { return .withdrawn }
            guard let parts = NoticeTexts.render(reset, link: Self.link(to: page, id: reset.id), settings) else {
                return .refused("there is no text for the mail")
            }
            var message = MailMessage(to: reset.address, subject: parts.subject, text: parts.text, html: parts.html)
            message.id = delivery.id
            message.attempt = delivery.attempts + 1
            try await mail.send(message)
            return .delivered
        } catch let error as OutgoingMailError {
            return error.outcome
        } catch {
            return .failed("\(error)")
        }
    }

    /// Where a link with this id leads, as front ends and the web page read it.
    /// - Parameter url: the page, as it was asked for.
    private static func link(to url: String, id: String) -> String {
        // What stands behind `#` is not sent with the address, and front ends look in front of it.
        let page = url.prefix { $0 != "#" }
        return page + (page.contains("?") ? "&" : "?") + "recovery=" + id
    }
}
