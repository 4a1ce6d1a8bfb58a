/// A page in the language of Mustache, made ready once: the templates that it names and the texts of its language stand in it already, so that a
/// request looks up nothing but its own values.
///
/// What pages need of the language is here: values, always escaped; sections, also those of what is not there; other templates and texts, by name or
/// by a name that a value gives; parents with blocks. swift-mustache, which mails are made with, finds out for each tag of each request what kind of
/// thing a value is, which takes longer than all else that a page takes.
struct Template: Sendable {
    indirect enum Part: Sendable {
        case text([UInt8])
        case value(String)
        /// Shown for each of a list, and once for anything else that is there and not false.
        case section(String, [Part])
        case inverted(String, [Part])
        /// The text whose name a value has.
        case named(String)
    }

    let parts: [Part]
}

/// Why a template is none.
struct TemplateFault: Error {
    let template: String
    let what: String
}

/// The templates of one language as their files have them, and its texts.
struct TemplateSources {
    /// By their names.
    let templates: [String: String]
    let texts: [String: String]

    /// How texts are named.
    static let textPrefix = "t."

    /// - Throws: `TemplateFault` also for a name that is none's.
    func template(_ name: String) throws(TemplateFault) -> Template { Template(parts: try parts(of: name)) }

    /// - Parameter blocks: what stands in place of the template's own.
    func parts(of name: String, blocks: [String: [Template.Part]] = [:]) throws(TemplateFault) -> [Template.Part] {
        guard let source = templates[name] else { throw TemplateFault(template: name, what: "there is no such template") }
        var reader = TemplateReader(name, source, self, blocks: blocks)
        return try reader.read(until: nil)
    }
}
