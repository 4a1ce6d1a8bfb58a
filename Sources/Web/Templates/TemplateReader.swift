/// Reads one template.
struct TemplateReader {
    private let name: String
    private let sources: TemplateSources
    private let blocks: [String: [Template.Part]]
    private var rest: Substring
    /// Whether what comes next begins a line.
    private var beginsLine = true

    init(_ name: String, _ source: String, _ sources: TemplateSources, blocks: [String: [Template.Part]]) {
        self.name = name
        self.sources = sources
        self.blocks = blocks
        rest = source[...]
    }

    /// - Parameter end: the name of the section or block that is read; nil for the whole.
    mutating func read(until end: String?) throws(PageFault) -> [Template.Part] {
        var parts: [Template.Part] = []
        func add(_ text: some StringProtocol) {
            guard !text.isEmpty else { return }
            if case .text(let before)? = parts.last { parts[parts.count - 1] = .text(before + Array(text.utf8)) } else { parts.append(.text(Array(text.utf8))) }
        }
        func add(_ more: [Template.Part]) {
            for part in more {
                if case .text(let bytes) = part { add(String(decoding: bytes, as: UTF8.self)) } else { parts.append(part) }
            }
        }
        while let (text, tag) = try next() {
            add(text)
            let name = String(tag.drop { !$0.isLetter }), kind = tag.prefix { !$0.isLetter }
            switch kind {
            case "": parts.append(.value(name))
            case "#": parts.append(.section(name, try inner(name)))
            case "^": parts.append(.inverted(name, try inner(name)))
            case ">*": parts.append(.named(name))
            case ">":
                if name.hasPrefix(TemplateSources.textPrefix) { add(try words(name)) } else { add(try sources.parts(of: name)) }
                if !name.hasPrefix(TemplateSources.textPrefix) { endLine() }
            case "<": add(try sources.parts(of: name, blocks: try definitions(until: name)))
            case "$":
                let standard = try inner(name)
                add(blocks[name] ?? standard)
            case "/":
                guard name == end else { throw fault("\(name) ends where \(end ?? "nothing") begins") }
                endLine()
                return parts
            default: throw fault("what is \(tag)?")
            }
        }
        guard end == nil else { throw fault("\(end ?? "") does not end") }
        add(rest)
        return parts
    }

    private func fault(_ what: String) -> PageFault { PageFault(template: name, what: what) }

    private func words(_ name: String) throws(PageFault) -> String {
        guard let text = sources.texts[String(name.dropFirst(TemplateSources.textPrefix.count))] else { throw fault("there is no text \(name)") }
        return text
    }

    /// What is inside, behind a tag that opens it.
    private mutating func inner(_ name: String) throws(PageFault) -> [Template.Part] {
        endLine()
        return try read(until: name)
    }

    /// The blocks between a parent's tags; what stands between them counts for nothing.
    private mutating func definitions(until end: String) throws(PageFault) -> [String: [Template.Part]] {
        var found: [String: [Template.Part]] = [:]
        while let (_, tag) = try next() {
            let name = String(tag.dropFirst())
            switch tag.first {
            case "$": found[name] = try inner(name)
            case "/" where name == end:
                endLine()
                return found
            default: throw fault("\(tag) is no block")
            }
        }
        throw fault("\(end) does not end")
    }

    /// The text before the next tag, and what is in that; nil where there is none.
    private mutating func next() throws(PageFault) -> (text: Substring, tag: Substring)? {
        guard let open = rest.firstRange(of: "{{") else { return nil }
        guard let close = rest[open.upperBound...].firstRange(of: "}}") else { throw fault("a tag does not end") }
        let text = rest[..<open.lowerBound], tag = rest[open.upperBound..<close.lowerBound]
        rest = rest[close.upperBound...]
        beginsLine = text.isEmpty ? beginsLine : text.last == "\n"
        defer { if tag.first.map({ !"#^/<$>".contains($0) }) ?? true { beginsLine = false } }
        return (text, tag)
    }

    /// A tag that stands alone on its line takes the line away with it.
    private mutating func endLine() {
        guard beginsLine, rest.first == "\n" else { return }
        rest = rest.dropFirst()
    }
}
