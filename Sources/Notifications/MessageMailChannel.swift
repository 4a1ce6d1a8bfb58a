import Logging
import Voicemail

/// Mails those who want to hear of a new message, each for himself (K§11.1).
public struct MessageMailChannel: DeliveryChannel {
    public let name = "message-mail"
    /// For about half a day: a mail server that is away is not always mended by whoever is there at night.
    public let retries = RetryPolicy(maximumAttempts: 20, base: 15, ceiling: 3600)
    public let deadlineSeconds: Int? = 86_400

    /// Seconds that a mail waits for the length of its message, which may have to be measured; then it goes without.
    private static let measuringPatience = 600

    private let service: VoicemailService
    private let mail: any OutgoingMail
    private let settings: NoticeSettings

    public init(service: VoicemailService, mail: any OutgoingMail, settings: NoticeSettings) {
        self.service = service
        self.mail = mail
        self.settings = settings
    }

    public func destination(of _: String) -> String { OutgoingMailDestination.name }

    public func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        guard let (mailboxID, receivers) = try Messages.mailReceivers(of: event, reader) else { return [] }
        return receivers.map { receiver in
            PlannedDelivery(
                target: "\(mailboxID) \(receiver)",
                payload: ["message": .string(event.subjectID), "to": .string(receiver), "receivers": .int(receivers.count)])
        }
    }

    public func deliver(_ delivery: Delivery) async -> DeliveryOutcome {
        let receiver = delivery.payload["to"]?.string ?? ""
        do {
            guard let notice = try await service.messages.notice(of: delivery.payload["message"]?.string ?? ""),
                notice.receivers.contains(receiver)
            else { return .withdrawn }
            guard let address = MailAddress(receiver) else { return .refused("\(receiver) is no mail address") }
            guard notice.isMeasured || service.clock.now >= delivery.created.advanced(by: Self.measuringPatience) else {
                return .notYet("the message is being measured", seconds: 2)
            }
            let audio = try await NoticeAudio(of: notice, settings, service)
            do throws(OutgoingMailError) {
                try await send(notice, audio, to: address, as: delivery)
            } catch {
                guard error.isTooLarge, case .attached(_, let bytes) = audio else { throw error }
                try await send(notice, NoticeAudio.outside(notice.message, bytes, settings, service), to: address, as: delivery)
            }
            return .delivered
        } catch let error as OutgoingMailError {
            return error.outcome
        } catch {
            return .failed("\(error)")
        }
    }

    private func send(_ notice: MessageNotice, _ audio: NoticeAudio, to address: MailAddress, as delivery: Delivery) async throws(OutgoingMailError) {
        guard let parts = NoticeTexts.render(notice, audio, settings) else { throw OutgoingMailError("there is no text for the mail", isPermanent: true) }
        var message = MailMessage(to: address, subject: parts.subject, text: parts.text, html: parts.html)
        message.id = delivery.id
        message.attempt = delivery.attempts + 1
        message.list = notice.mailbox.id + ".voicemail"
        if case .attached(let attachment, _) = audio { message.attachment = attachment }
        message.replyTo = settings.replyDomain.flatMap { MailAddress("\(notice.message.callerNumber)@\($0)") }
        try await mail.send(message)
    }

    public func ended(_ delivery: Delivery, _ end: DeliveryEnd, at now: Timestamp, _ writer: any StoreWriter) throws {
        guard let messageID = delivery.payload["message"]?.string, let receiver = delivery.payload["to"]?.string else { return }
        let outcome: Notice.Outcome =
            switch end {
            case .delivered: .sent
            case .withdrawn: .withdrawn
            case .givenUp: .failed
            }
        try Messages.noteEnd(
            Notice(receiver: receiver, outcome: outcome, at: now), of: messageID, receivers: delivery.payload["receivers"]?.int ?? 1,
            deleting: settings.deletion, writer)
    }
}
