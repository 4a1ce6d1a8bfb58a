import Voicemail

/// A mail as it would be sent, without sending it.
public struct NoticePreview: Sendable {
    /// Who is told.
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
        guard let parts = NoticeTexts.render(notice, audio, settings, language: language) else { return nil }
        var attachment: MailAttachment?
        if case .attached(let carried, _) = audio { attachment = carried }
        return NoticePreview(receivers: notice.receivers, parts: parts, attachment: attachment)
    }

    /// The mail for a mailbox that a caller has found full.
    /// - Returns: nil where there is no such mailbox.
    public static func ofFullMailbox(_ id: String, language: String?, _ settings: NoticeSettings, _ service: VoicemailService) async throws -> NoticePreview? {
        guard let full = try await service.mailboxes.full(id) else { return nil }
        let most = full.mailbox.capacity(service.limits.mailboxCapacity)
        guard let parts = NoticeTexts.render(full, ["message_count": .int(most), "max_message_count": .int(most)], settings, language: language) else {
            return nil
        }
        return NoticePreview(receivers: full.receivers, parts: parts, attachment: nil)
    }
}

extension NoticeTexts {
    static func render(_ notice: MessageNotice, _ audio: NoticeAudio, _ settings: NoticeSettings, language: String? = nil) -> Parts? {
        guard let texts = inLanguage(language ?? notice.language, standard: settings.language) else { return nil }
        return texts.render(.newMessage, NoticeVariables.of(notice, audio, language: texts.language))
    }

    static func render(_ reset: PasswordReset, link: String, _ settings: NoticeSettings) -> Parts? {
        inLanguage(reset.user.language ?? reset.account.language, standard: settings.language)?.render(.passwordReset, NoticeVariables.of(reset, link: link))
    }

    static func render(_ full: FullMailbox, _ counts: JSONObject, _ settings: NoticeSettings, language: String? = nil) -> Parts? {
        inLanguage(language ?? full.language, standard: settings.language)?.render(.mailboxFull, NoticeVariables.of(full, counts))
    }
}
