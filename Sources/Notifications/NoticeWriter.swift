import Logging
import Voicemail

/// Writes what mails say: in the words of the account, where it has its own, else in the server's.
struct NoticeWriter {
    private let service: VoicemailService
    private let settings: NoticeSettings
    /// In place of the receivers' own.
    private let language: String?

    init(_ service: VoicemailService, _ settings: NoticeSettings, language: String? = nil) {
        self.service = service
        self.settings = settings
        self.language = language
    }

    /// Of a new message.
    func parts(of notice: MessageNotice, _ audio: NoticeAudio) async throws -> NoticeTexts.Parts {
        try await parts(.newMessage, notice.account, notice.language) { NoticeVariables.of(notice, audio, language: $0) }
    }

    /// Of a new password that somebody has asked for.
    func parts(of reset: PasswordReset, link: String) async throws -> NoticeTexts.Parts {
        try await parts(.passwordReset, reset.account, reset.user.language ?? reset.account.language) { _ in NoticeVariables.of(reset, link: link) }
    }

    /// Of a mailbox: what has happened to it, or with nil that it is full.
    /// - Parameters:
    ///   - facts: what its event says.
    ///   - deleted: the message, where one was deleted.
    func parts(of news: MailboxNews?, _ notice: MailboxNotice, _ facts: JSONObject, deleted: MessageNotice? = nil) async throws -> NoticeTexts.Parts {
        try await parts(NoticeTexts.Kind(news), notice.account, notice.language) { NoticeVariables.of(notice, facts, deleted: deleted, language: $0) }
    }

    private func parts(
        _ kind: NoticeTexts.Kind, _ account: Account, _ tag: String?, _ variables: (String) -> [String: Any]
    ) async throws -> NoticeTexts.Parts {
        guard let texts = NoticeTexts.inLanguage(language ?? tag, standard: settings.language) else { throw Self.nothingToSay }
        if let own = try await service.mailTemplates.find(kind.rawValue, texts.language, of: account.id) {
            do {
                return try NoticeTemplate(subject: own.subject, text: own.text, html: own.html).render(variables(texts.language))
            } catch {
                // The template was valid when it was stored. If this revision refuses it, the mail goes with the standard one.
                service.logger.error(
                    "an account's mail template cannot be used", metadata: ["account": "\(account.id)", "template": "\(own.name)", "error": "\(error)"])
            }
        }
        guard let parts = texts.render(kind, variables(texts.language)) else { throw Self.nothingToSay }
        return parts
    }

    private static var nothingToSay: MailStop { MailStop(.refused("there is no text for the mail")) }
}
