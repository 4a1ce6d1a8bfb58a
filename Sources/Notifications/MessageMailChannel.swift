import Voicemail

/// Mails those who want to hear of a new message, each for himself (K§11.1).
public struct MessageMailChannel: MailChannel {
    public let name = MessageMailChannel.channelName
    private static let channelName = "message-mail"
    /// For about half a day: a mail server that is away is not always mended by whoever is there at night.
    public let retries = RetryPolicy(maximumAttempts: 20, base: 15, ceiling: 3600)
    public let deadlineSeconds: Int? = 86_400

    /// Seconds that a mail waits for the length of its message, which may have to be measured; then it goes without.
    private static let measuringPatience = 600

    public let mail: any OutgoingMail
    private let service: VoicemailService
    private let settings: NoticeSettings

    public init(service: VoicemailService, mail: any OutgoingMail, settings: NoticeSettings) {
        self.service = service
        self.mail = mail
        self.settings = settings
    }

    public func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        guard let (mailboxID, receivers) = try reader.mailReceivers(ofMessage: event) else { return [] }
        return receivers.map { receiver in
            PlannedDelivery(
                target: "\(mailboxID) \(receiver)",
                payload: ["message": .string(event.subjectID), "to": .string(receiver), "receivers": .int(receivers.count)])
        }
    }

    public func compose(_ delivery: Delivery) async throws -> MailDraft {
        let receiver = delivery.payload["to"]?.string ?? ""
        guard let notice = try await service.messages.notice(of: delivery.payload["message"]?.string ?? ""), notice.receivers.contains(receiver) else {
            throw MailStop.withdrawn
        }
        let address = try MailAddress(judging: receiver)
        guard notice.isMeasured || service.clock.now >= delivery.created.advanced(by: Self.measuringPatience) else {
            throw MailStop(.notYet("the message is being measured", seconds: 2))
        }
        let audio = try await NoticeAudio(of: notice, settings, service)
        let message = try await write(notice, audio, to: address)
        guard case .attached(_, let bytes) = audio else { return MailDraft(message) }
        return MailDraft(message) { try await write(notice, NoticeAudio.outside(notice.message, bytes, settings, service), to: address) }
    }

    private func write(_ notice: MessageNotice, _ audio: NoticeAudio, to address: MailAddress) async throws -> MailMessage {
        let parts = try await NoticeWriter(service, settings).parts(of: notice, audio)
        var message = MailMessage(to: address, subject: parts.subject, text: parts.text, html: parts.html)
        message.list = notice.mailbox.id + ".voicemail"
        if case .attached(let attachment, _) = audio { message.attachment = attachment }
        message.replyTo = settings.replyDomain.flatMap { MailAddress("\(notice.message.callerNumber)@\($0)") }
        return message
    }

    public func ended(_ delivery: Delivery, _ end: DeliveryEnd, at now: Timestamp, _ writer: any StoreWriter) throws {
        guard let messageID = delivery.payload["message"]?.string, let receiver = delivery.payload["to"]?.string else { return }
        let outcome: Notice.Outcome =
            switch end {
            case .delivered: .sent
            case .withdrawn: .withdrawn
            case .givenUp: .failed
            }
        try writer.note(
            Notice(receiver: receiver, outcome: outcome, at: now), ofMessage: messageID, receivers: delivery.payload["receivers"]?.int ?? 1,
            deleting: settings.deletion)
    }
}

extension MessageMailChannel {
    /// The mails for a message that still wait or were given up; of the others it says itself what became of them.
    public static func deliveries(of message: Message, _ outbox: Outbox) async throws -> [Delivery] {
        var query = DeliveryQuery(accountID: message.accountID, channel: channelName, limit: 500), found: [Delivery] = []
        while true {
            let page = try await outbox.list(query)
            found += page.filter { $0.payload["message"]?.string == message.id }
            guard let last = page.last, page.count == query.limit else { return found }
            query.after = last.serial
        }
    }
}
