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
    /// What all of them have.
    private let values: PageValues

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
        var values = PageValues(numbers: ValueName.known)
        values.set(.language, language)
        values.set(.style, Documents.style.version)
        self.values = values
    }

    /// - Parameter fill: sets the page's values.
    func render(_ kind: Kind, _ fill: (inout PageValues) -> Void) -> ByteBuffer {
        var values = values
        values.reserve()
        fill(&values)
        var writer = TemplateWriter(texts: texts, values)
        if let template = templates[kind] { writer.write(template) }
        return writer.buffer
    }
}
