import Mustache

/// What a mail of one kind says in one language: Mustache templates of its three parts.
struct NoticeTemplate: Sendable {
    private let subject: MustacheTemplate
    private let text: MustacheTemplate
    private let html: MustacheTemplate

    /// - Throws: what is wrong with a template.
    init(subject: String, text: String, html: String) throws {
        self.subject = try MustacheTemplate(string: Self.plain + subject)
        self.text = try MustacheTemplate(string: Self.plain + "\n" + text)
        self.html = try MustacheTemplate(string: html)
    }

    func render(_ variables: [String: Any]) -> NoticeTexts.Parts {
        NoticeTexts.Parts(subject: subject.render(variables), text: text.render(variables), html: html.render(variables))
    }

    /// Values are escaped for HTML unless a template says that it is none.
    private static let plain = "{{% CONTENT_TYPE:TEXT }}"
}
