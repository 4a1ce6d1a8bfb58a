import Voicemail

/// Mails those who are told what happens to a mailbox itself: that it is full, each time that a caller has found it so (K§11.1), and what they have
/// asked to hear of besides (`MailboxNews`).
public struct MailboxMailChannel: MailChannel {
    public let name: String
    public let retries = RetryPolicy(maximumAttempts: 8, base: 15, ceiling: 600)
    public let deadlineSeconds: Int?

    public let mail: any OutgoingMail
    private let service: VoicemailService
    private let settings: NoticeSettings
    private let frequency = MailFrequency()

    private init(_ name: String, deadlineSeconds: Int, _ service: VoicemailService, _ mail: any OutgoingMail, _ settings: NoticeSettings) {
        self.name = name
        self.deadlineSeconds = deadlineSeconds
        self.service = service
        self.mail = mail
        self.settings = settings
    }

    private static let fullName = "full-mail"

    /// That a mailbox is full is soon no news any more.
    public static func ofFullMailboxes(service: VoicemailService, mail: any OutgoingMail, settings: NoticeSettings) -> MailboxMailChannel {
        MailboxMailChannel(fullName, deadlineSeconds: 3600, service, mail, settings)
    }

    public static func ofNews(service: VoicemailService, mail: any OutgoingMail, settings: NoticeSettings) -> MailboxMailChannel {
        MailboxMailChannel("news-mail", deadlineSeconds: 86_400, service, mail, settings)
    }

    public func plan(_ event: Event, _ reader: any StoreReader) throws -> [PlannedDelivery] {
        if name == Self.fullName {
            return (try reader.mailReceivers(ofFull: event) ?? []).map { planned(event, event.subjectID, $0) }
        }
        guard let (news, mailbox) = try service.mailboxes.news(event, reader) else { return [] }
        return try reader.mailReceivers(of: news, in: mailbox).map { planned(event, mailbox.id, $0, news) }
    }

    /// What is told is bounded by target, so that much of one kind leaves room for another.
    private func planned(_ event: Event, _ mailboxID: String, _ receiver: String, _ news: MailboxNews? = nil) -> PlannedDelivery {
        var payload = event.payload
        payload["mailbox"] = .string(mailboxID)
        payload["to"] = .string(receiver)
        payload["at"] = .int(event.created.unix)
        payload["news"] = news.map { .string($0.rawValue) }
        if news == .messageDeleted { payload["message"] = .string(event.subjectID) }
        return PlannedDelivery(target: [news?.rawValue, mailboxID, receiver].compactMap(\.self).joined(separator: " "), payload: payload)
    }

    public func compose(_ delivery: Delivery) async throws -> MailDraft {
        let facts = delivery.payload, receiver = facts["to"]?.string ?? "", news = facts["news"]?.string.flatMap(MailboxNews.init)
        guard let notice = try await service.mailboxes.notice(of: facts["mailbox"]?.string ?? ""),
            (news.map { notice.receivers(of: $0) } ?? notice.receivers).contains(receiver)
        else { throw MailStop.withdrawn }
        var deleted: MessageNotice?
        if news == .messageDeleted {
            deleted = try await service.messages.notice(ofDeleted: facts["message"]?.string ?? "")
            if deleted == nil { throw MailStop.withdrawn }
        }
        let address = try MailAddress(judging: receiver)
        let parts = try await NoticeWriter(service, settings).parts(of: news, notice, facts, deleted: deleted)
        // The last thing that is asked, so that only what is sent counts.
        guard frequency.admits(delivery, most: news == .messageDeleted ? MailFrequency.mostDeletions : MailFrequency.most, at: service.clock.now) else {
            throw MailStop.withdrawn
        }
        var message = MailMessage(to: address, subject: parts.subject, text: parts.text, html: parts.html)
        message.list = notice.mailbox.id + ".voicemail"
        return MailDraft(message)
    }
}
