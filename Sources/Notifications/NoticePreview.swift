import Voicemail

/// A mail as it would be sent.
public struct NoticePreview: Sendable {
    /// The receivers' addresses.
    public let receivers: [String]
    public let parts: NoticeTexts.Parts
    /// What it would carry; nil for nothing.
    public let attachment: MailAttachment?
}

/// Writes mails without sending them.
public struct NoticePreviews: Sendable {
    private let service: VoicemailService
    private let settings: NoticeSettings
    private let writer: NoticeWriter

    /// - Parameter language: in place of the receivers' own.
    public init(_ service: VoicemailService, _ settings: NoticeSettings, language: String? = nil) {
        self.service = service
        self.settings = settings
        writer = NoticeWriter(service, settings, language: language)
    }

    /// The mail for a new message.
    /// - Returns: nil where there is no such message.
    public func ofMessage(_ id: String) async throws -> NoticePreview? {
        guard let notice = try await service.messages.notice(of: id) else { return nil }
        let audio = try await NoticeAudio(of: notice, settings, service)
        let parts = try await writer.parts(of: notice, audio)
        var attachment: MailAttachment?
        if case .attached(let carried, _) = audio { attachment = carried }
        return NoticePreview(receivers: notice.receivers, parts: parts, attachment: attachment)
    }

    /// The mail for a message that was deleted.
    /// - Returns: nil where there is no such message in the trash.
    public func ofDeletedMessage(_ id: String) async throws -> NoticePreview? {
        guard let deleted = try await service.messages.notice(ofDeleted: id), let notice = try await service.mailboxes.notice(of: deleted.mailbox.id) else {
            return nil
        }
        return try await of(.messageDeleted, notice, ["reason": .string(DeletionReason.asked.rawValue)], deleted: deleted)
    }

    /// The mail that tells what has happened to a mailbox, with nil that it is full; counts, times and addresses in it are made up.
    /// - Returns: nil where there is no such mailbox.
    public func ofMailbox(_ id: String, _ news: MailboxNews?) async throws -> NoticePreview? {
        guard let notice = try await service.mailboxes.notice(of: id) else { return nil }
        return try await of(news, notice, service.mailboxes.sample(of: news, notice.mailbox))
    }

    private func of(_ news: MailboxNews?, _ notice: MailboxNotice, _ facts: JSONObject, deleted: MessageNotice? = nil) async throws -> NoticePreview {
        var facts = facts
        facts["at"] = .int(service.clock.now.unix)
        let parts = try await writer.parts(of: news, notice, facts, deleted: deleted)
        return NoticePreview(receivers: news.map { notice.receivers(of: $0) } ?? notice.receivers, parts: parts, attachment: nil)
    }
}
