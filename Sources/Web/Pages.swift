import HTTPFront
import NIOCore
import Voicemail

/// The pages in one language. Their templates name each text by `t.` and its key.
struct Pages: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case login, forgotten, reset, inbox, settings, sessions, send, setup, console, recordings, reference, plain
    }

    /// A tag of two letters.
    let language: String
    let texts: [String: String]
    private let templates: [Kind: Template]
    private let numbers: [String: Int32]

    /// All that are compiled in, English first.
    static let all: [Pages] = Documents.texts.compactMap { try? Pages($0.language, JSON.parse($0.json)) }

    /// The ones of the first tag that means a language of ours, such as `en-US`; else in English.
    static func inLanguage(_ tags: [String]) -> Pages? {
        for tag in tags {
            let primary = tag.lowercased().prefix { $0 != "-" && $0 != "_" }
            if let found = all.first(where: { $0.language == primary }) { return found }
        }
        return all.first
    }

    /// - Throws: what is wrong with a template.
    init(_ language: String, _ json: JSON) throws {
        self.language = language
        texts = (json.object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.string }
        let sources = TemplateSources(templates: Dictionary(uniqueKeysWithValues: Documents.templates.map { ($0.name, $0.text) }), texts: texts)
        templates = try Kind.allCases.reduce(into: [:]) { $0[$1] = try sources.template($1.rawValue) }
        numbers = ValueName.known
    }

    func render(_ kind: Kind, _ values: [String: Any]) -> ByteBuffer {
        var values = values
        values["language"] = language
        values["style"] = Documents.style.version
        var writer = TemplateWriter(texts: texts, values, numbers: numbers)
        if let template = templates[kind] { writer.write(template) }
        return writer.buffer
    }
}
