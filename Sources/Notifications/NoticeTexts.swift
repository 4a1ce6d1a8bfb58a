import CNoticeTexts
import Voicemail

/// What mails say in one language: the Mustache templates of `Sources/CNoticeTexts`.
public struct NoticeTexts: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case newMessage = "new_message"
        case mailboxFull = "mailbox_full"
        case passwordReset = "password_reset"
        case mailboxNearlyFull = "mailbox_nearly_full"
        case messageDeleted = "message_deleted"
        case pinLocked = "pin_locked"
        case greetingChanged = "greeting_changed"

        /// Of what has happened to a mailbox; with nil, that it is full.
        init(_ news: MailboxNews?) {
            self =
                switch news {
                case nil: .mailboxFull
                case .nearlyFull?: .mailboxNearlyFull
                case .messageDeleted?: .messageDeleted
                case .pinLocked?: .pinLocked
                case .greetingChanged?: .greetingChanged
                }
        }
    }

    /// A notice as it is sent.
    public struct Parts: Sendable, Hashable {
        public let subject: String
        public let text: String
        public let html: String
    }

    /// A tag of two letters.
    public let language: String
    private let sources: [Kind: MailTemplateDraft]
    private let templates: [Kind: NoticeTemplate]

    /// Those of all that are compiled in, English first. `all` reads what they say as well, which takes a command that sends no mail some time.
    public static let languages = ["en", "es", "fr", "it", "ru"]

    /// All that are compiled in, in the order of `languages`.
    public static let all = languages.compactMap(compiled)

    /// The ones that a tag such as `en-US` means, else those of `standard`, else English.
    public static func inLanguage(_ tag: String?, standard: String) -> NoticeTexts? {
        func own(_ tag: String) -> NoticeTexts? {
            let primary = tag.lowercased().prefix { $0 != "-" && $0 != "_" }
            return all.first { $0.language == primary }
        }
        return tag.flatMap(own) ?? own(standard) ?? all.first
    }

    private static func compiled(_ language: String) -> NoticeTexts? {
        var size = 0
        guard let first = document(of: language, &size), let json = try? JSON.parse(Array(UnsafeBufferPointer(start: first, count: size))) else { return nil }
        return try? NoticeTexts(language, json)
    }

    private static func document(of language: String, _ size: UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>? {
        switch language {
        case "en": aftertone_notices_en(size)
        case "es": aftertone_notices_es(size)
        case "fr": aftertone_notices_fr(size)
        case "it": aftertone_notices_it(size)
        case "ru": aftertone_notices_ru(size)
        default: nil
        }
    }

    init(_ language: String, _ json: JSON) throws {
        self.language = language
        var sources: [Kind: MailTemplateDraft] = [:], templates: [Kind: NoticeTemplate] = [:]
        for kind in Kind.allCases {
            guard let texts = json[kind.rawValue] else { continue }
            func lines(_ key: String) -> String { texts[key]?.array?.compactMap(\.string).joined(separator: "\n") ?? "" }
            let source = MailTemplateDraft(
                kind: kind.rawValue, language: language, subject: texts["subject"]?.string ?? "", text: lines("text"), html: lines("html"))
            sources[kind] = source
            templates[kind] = try NoticeTemplate(subject: source.subject, text: source.text, html: source.html)
        }
        self.sources = sources
        self.templates = templates
    }

    /// - Returns: nil where there is no text of the kind.
    func render(_ kind: Kind, _ variables: [String: Any]) -> Parts? { templates[kind]?.render(variables) }

    /// As it is written.
    public func source(of kind: Kind) -> MailTemplateDraft? { sources[kind] }
}
