import Voicemail

/// A mail as it would be sent, without sending it.
public struct NoticePreview: Sendable {
    /// The receivers' addresses.
    public let receivers: [String]
    public let parts: NoticeTexts.Parts
    /// What it would carry; nil for nothing.
    public let attachment: MailAttachment?

    /// The mail for a new message.
    /// - Parameter language: in place of the receivers' own.
    /// - Returns: nil where there is no such message.
    public static func ofMessage(_ id: String, language: String?, _ settings: NoticeSettings, _ service: VoicemailService) async throws -> NoticePreview? {
        guard let notice = try await service.messages.notice(of: id) else { return nil }
        let audio = try await NoticeAudio(of: notice, settings, service)
        let parts = try await NoticeWriter(service, settings, language: language).parts(of: notice, audio)
        var attachment: MailAttachment?
        if case .attached(let carried, _) = audio { attachment = carried }
        return NoticePreview(receivers: notice.receivers, parts: parts, attachment: attachment)
    }

    /// The mail for a message that was deleted.
    /// - Returns: nil where there is no such message in the trash.
    public static func ofDeletedMessage(
        _ id: String, language: String?, _ settings: NoticeSettings, _ service: VoicemailService
    ) async throws -> NoticePreview? {
        guard let deleted = try await service.messages.notice(ofDeleted: id), let notice = try await service.mailboxes.notice(of: deleted.mailbox.id) else {
            return nil
        }
        return try await of(.messageDeleted, notice, ["reason": .string(DeletionReason.asked.rawValue)], deleted: deleted, language, settings, service)
    }

    /// The mail that tells what has happened to a mailbox, with nil that it is full; counts, times and addresses in it are made up.
    /// - Returns: nil where there is no such mailbox.
    public static func ofMailbox(
        _ id: String, _ news: MailboxNews?, language: String?, _ settings: NoticeSettings, _ service: VoicemailService
    ) async throws -> NoticePreview? {
        guard let notice = try await service.mailboxes.notice(of: id) else { return nil }
        return try await of(news, notice, service.mailboxes.sample(of: news, notice.mailbox), deleted: nil, language, settings, service)
    }

    private static func of(
        _ news: MailboxNews?, _ notice: MailboxNotice, _ facts: JSONObject, deleted: MessageNotice?, _ language: String?, _ settings: NoticeSettings,
        _ service: VoicemailService
    ) async throws -> NoticePreview {
        var facts = facts
        facts["at"] = .int(service.clock.now.unix)
        let parts = try await NoticeWriter(service, settings, language: language).parts(of: news, notice, facts, deleted: deleted)
        return NoticePreview(receivers: news.map { notice.receivers(of: $0) } ?? notice.receivers, parts: parts, attachment: nil)
    }
}
