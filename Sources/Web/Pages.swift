import HTTPFront
import Mustache
import NIOCore
import Voicemail

/// The pages in one language: templates, and each text as a template of its own, `t.` and its key.
struct Pages: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case login, forgotten, reset, inbox, settings, sessions, send, setup, console, recordings, reference, plain
    }

    /// A tag of two letters.
    let language: String
    let texts: [String: String]
    private let library: MustacheLibrary

    /// All that are compiled in, English first.
    static let all: [Pages] = {
        SafeText.register()
        return Documents.texts.compactMap { try? Pages($0.language, JSON.parse($0.json)) }
    }()

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
        var templates: [String: MustacheTemplate] = [:]
        for (name, text) in Documents.templates { templates[name] = try MustacheTemplate(string: SafeText.pragma + text) }
        texts = (json.object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.string }
        for (key, text) in texts { templates["t." + key] = try MustacheTemplate(string: text) }
        library = MustacheLibrary(templates: templates)
    }

    func render(_ kind: Kind, _ values: [String: Any]) -> ByteBuffer {
        var values = values
        values["language"] = language
        values["style"] = Documents.style.version
        return ByteBuffer(string: library.render(values, withTemplate: kind.rawValue) ?? "")
    }
}
