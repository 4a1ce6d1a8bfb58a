import Voicemail

/// Mails links to new passwords (K§3.4), in the user's language, else his account's.
public struct RecoveryChannel: MailChannel {
    public let name = "password-recovery"
    public let retries: RetryPolicy
    /// As long as a link that was asked for is given out.
    public let deadlineSeconds: Int? = Access.passwordResetLifetime

    public let mail: any OutgoingMail
    private let service: VoicemailService
    private let settings: NoticeSettings

    public init(service: VoicemailService, mail: any OutgoingMail, settings: NoticeSettings) {
        self.service = service
        self.mail = mail
        self.settings = settings
        retries = RetryPolicy(maximumAttempts: 8, base: 10, ceiling: 600)
    }

    public func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        guard event.kind == .passwordResetRequested else { return [] }
        return [PlannedDelivery(target: event.subjectID, payload: event.payload)]
    }

    public func compose(_ delivery: Delivery) async throws -> MailDraft {
        let reset = try await service.access.openPasswordReset(userID: delivery.target, accountID: delivery.accountID, requested: delivery.created)
        guard let reset, let page = delivery.payload[Event.page]?.string else { throw MailStop.withdrawn }
        let parts = try await NoticeWriter(service, settings).parts(of: reset, link: Self.link(to: page, id: reset.id))
        return MailDraft(MailMessage(to: reset.address, subject: parts.subject, text: parts.text, html: parts.html))
    }

    /// Where a link with this id leads, as front ends and the web page read it.
    /// - Parameter url: the page, as it was asked for.
    private static func link(to url: String, id: String) -> String {
        // Browsers do not send the fragment behind `#`, and front ends read the query in front of it.
        let page = url.prefix { $0 != "#" }
        return page + (page.contains("?") ? "&" : "?") + "recovery=" + id
    }
}
