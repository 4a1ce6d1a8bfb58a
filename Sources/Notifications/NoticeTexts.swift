import CNoticeTexts
import Mustache
import Voicemail

/// What mails say in one language: the Mustache templates of `Sources/CNoticeTexts`.
public struct NoticeTexts: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case newMessage = "new_message"
        case mailboxFull = "mailbox_full"
        case passwordReset = "password_reset"
    }

    /// A notice as it is sent.
    public struct Parts: Sendable, Hashable {
        public let subject: String
        public let text: String
        public let html: String
    }

    private struct Templates: Sendable {
        let subject: MustacheTemplate
        let text: MustacheTemplate
        let html: MustacheTemplate

        /// - Throws: what is wrong with a template.
        init(_ json: JSON) throws {
            func lines(_ key: String) -> String { json[key]?.array?.compactMap(\.string).joined(separator: "\n") ?? "" }
            subject = try MustacheTemplate(string: Self.plain + (json["subject"]?.string ?? ""))
            text = try MustacheTemplate(string: Self.plain + "\n" + lines("text"))
            html = try MustacheTemplate(string: lines("html"))
        }

        /// Values are escaped for HTML unless a template says that it is none.
        private static let plain = "{{% CONTENT_TYPE:TEXT }}"
    }

    /// A tag of two letters.
    public let language: String
    private let templates: [Kind: Templates]

    /// All that are compiled in, English first.
    public static let all: [NoticeTexts] = [
        named("en", aftertone_notices_en), named("es", aftertone_notices_es), named("fr", aftertone_notices_fr), named("it", aftertone_notices_it),
        named("ru", aftertone_notices_ru),
    ].compactMap(\.self)

    /// The ones that a tag such as `en-US` means, else those of `standard`, else English.
    public static func inLanguage(_ tag: String?, standard: String) -> NoticeTexts? {
        func own(_ tag: String) -> NoticeTexts? {
            let primary = tag.lowercased().prefix { $0 != "-" && $0 != "_" }
            return all.first { $0.language == primary }
        }
        return tag.flatMap(own) ?? own(standard) ?? all.first
    }

    private static func named(_ language: String, _ document: (UnsafeMutablePointer<Int>?) -> UnsafePointer<UInt8>?) -> NoticeTexts? {
        var size = 0
        guard let first = document(&size), let json = try? JSON.parse(Array(UnsafeBufferPointer(start: first, count: size))) else { return nil }
        return try? NoticeTexts(language, json)
    }

    init(_ language: String, _ json: JSON) throws {
        self.language = language
        var templates: [Kind: Templates] = [:]
        for kind in Kind.allCases { templates[kind] = try json[kind.rawValue].map(Templates.init) }
        self.templates = templates
    }

    /// - Returns: nil where there is no text of the kind.
    func render(_ kind: Kind, _ variables: [String: Any]) -> Parts? {
        templates[kind].map { Parts(subject: $0.subject.render(variables), text: $0.text.render(variables), html: $0.html.render(variables)) }
    }
}
