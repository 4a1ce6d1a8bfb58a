import Voicemail

/// Mails links to new passwords.
public struct RecoveryChannel: DeliveryChannel {
    public let name = "password-recovery"
    public let retries: RetryPolicy
    /// As long as a link that was asked for is given out.
    public let deadlineSeconds: Int? = Access.passwordResetLifetime

    private let service: VoicemailService
    private let mail: any OutgoingMail

    public init(service: VoicemailService, mail: any OutgoingMail) {
        self.service = service
        self.mail = mail
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
            var message = Self.message(reset, link: RecoveryPage.link(to: page, id: reset.id))
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

    private static func message(_ reset: PasswordReset, link: String) -> MailMessage {
        let user = line(reset.user.username ?? ""), account = line(reset.account.name)
        let text = """
            Somebody, probably you, has asked for a new password for

                user:    \(user)
                account: \(account)

            This link logs you in once, within an hour, to choose one:

            \(link)

            If it was not you, do nothing: your password is what it was.

            """
        return MailMessage(to: reset.address, subject: "Choose a new password", text: text)
    }

    /// Names are what somebody has typed: one line of it, and not a long one.
    private static func line(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.filter { !$0.properties.isPatternWhitespace || $0 == " " }
                    .filter { $0.properties.generalCategory != .control }.prefix(128)))
    }
}
