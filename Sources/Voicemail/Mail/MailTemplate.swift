/// What mails of one kind say in one language, as an account has them in place of the server's.
public struct MailTemplate: Noun, StoredNoun {
    static let kind = DocumentKind.mailTemplate
    var stored: StoredDocument

    static func schema(_: Limits) -> Schema { Schema.mailTemplate }

    mutating func describe(_ checked: JSONObject) {
        stored.attributes = checked
        stored.name = Self.key(text("kind"), text("language"))
        stored.key = stored.name
    }

    /// Which notice it is of.
    public var noticeKind: String { text("kind") }
    /// A tag of two letters.
    public var language: String { text("language") }
    public var subject: String { text("subject") }
    public var text: String { text("text") }
    public var html: String { text("html") }

    private func text(_ name: String) -> String { stored.attributes[name]?.string ?? "" }

    static func key(_ kind: String, _ language: String) -> String { "\(kind) \(language)" }
}

/// A template before it is stored. Who makes one has found that it can be rendered.
public struct MailTemplateDraft: Sendable, Hashable {
    public var kind: String
    public var language: String
    public var subject: String
    public var text: String
    public var html: String

    public init(kind: String, language: String, subject: String, text: String, html: String) {
        self.kind = kind
        self.language = language
        self.subject = subject
        self.text = text
        self.html = html
    }

    var attributes: JSONObject {
        ["kind": .string(kind), "language": .string(language), "subject": .string(subject), "text": .string(text), "html": .string(html)]
    }
}
