/// A page in the language of Mustache, made ready once: the templates that it names and the texts of its language stand in it already, so that a
/// request looks up nothing but its own values.
///
/// What pages need of the language is here: values, always escaped; sections, also those of what is not there; other templates and texts, by name or
/// by a name that a value gives; parents with blocks. swift-mustache, which mails are made with, finds out for each tag of each request what kind of
/// thing a value is, which takes longer than all else that a page takes.
struct Template: Sendable {
    /// What a template consists of, as it is read.
    indirect enum Part {
        case text([UInt8])
        case value(String)
        /// Shown for each of a list, and once for anything else that is there and not false.
        case section(String, [Part])
        case inverted(String, [Part])
        /// The text whose name a value has.
        case named(String)
    }

    /// What is done to write it. A page takes hundreds of them, so they are numbers, and no references are counted on the way.
    struct Step: Sendable {
        enum Kind: UInt8, Sendable { case text, value, section, inverted, named }

        let kind: Kind
        /// Of a text where it begins among the bytes; of all else the name's number.
        let subject: Int32
        /// Behind the last byte of a text, and behind the last step of a section.
        var end: Int32 = 0
    }

    private(set) var steps: [Step] = []
    /// All texts.
    private(set) var bytes: [UInt8] = []

    init(parts: [Part]) { add(parts) }

    private mutating func add(_ parts: [Part]) {
        for part in parts {
            switch part {
            case .text(let text):
                let begin = bytes.count
                bytes += text
                steps.append(Step(kind: .text, subject: Int32(begin), end: Int32(bytes.count)))
            case .value(let name): steps.append(Step(kind: .value, subject: ValueName(name).number))
            case .named(let name): steps.append(Step(kind: .named, subject: ValueName(name).number))
            case .section(let name, let inner): add(.section, name, inner)
            case .inverted(let name, let inner): add(.inverted, name, inner)
            }
        }
    }

    private mutating func add(_ kind: Step.Kind, _ name: String, _ inner: [Part]) {
        let index = steps.count
        steps.append(Step(kind: kind, subject: ValueName(name).number))
        add(inner)
        steps[index].end = Int32(steps.count)
    }
}

/// Why a template is none.
struct PageFault: Error {
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

    /// - Throws: `PageFault` also for a name that is none's.
    func template(_ name: String) throws(PageFault) -> Template { Template(parts: try parts(of: name)) }

    /// - Parameter blocks: what stands in place of the template's own.
    func parts(of name: String, blocks: [String: [Template.Part]] = [:]) throws(PageFault) -> [Template.Part] {
        guard let source = templates[name] else { throw PageFault(template: name, what: "there is no such template") }
        var reader = TemplateReader(name, source, self, blocks: blocks)
        return try reader.read(until: nil)
    }
}
