import Voicemail

/// Why a template is not taken.
public struct TemplateFault: Error, Hashable, Sendable {
    /// In a few words.
    public let reason: String
}

extension MailTemplateDraft {
    /// Finds that mails can be made of it: an account's own are not shown to anybody before a mail is, so what is wrong is told when they come.
    /// - Throws: `TemplateFault`.
    public func check() throws(TemplateFault) {
        guard let kind = NoticeTexts.Kind(rawValue: kind) else { throw TemplateFault(reason: "there is no mail \(self.kind)") }
        guard NoticeTexts.languages.contains(language) else { throw TemplateFault(reason: "no mail is written in \(language)") }
        guard !subject.contains(where: \.isNewline) else { throw TemplateFault(reason: "the subject has more than one line") }
        for (part, template) in [("subject", subject), ("text", text), ("html", html)] {
            guard !template.allSatisfy(\.isWhitespace) else { throw TemplateFault(reason: "the \(part) is empty") }
            var check = TagCheck(template, names: NoticeVariables.names(of: kind), isHTML: part == "html")
            do throws(TemplateFault) { try check.run() } catch { throw TemplateFault(reason: "the \(part): \(error.reason)") }
        }
        do { _ = try NoticeTemplate(subject: subject, text: text, html: html) } catch { throw TemplateFault(reason: "it cannot be read: \(error)") }
    }
}

/// Reads the tags of a Mustache template: which names it uses, and where.
private struct TagCheck {
    private var rest: Substring
    private let names: Set<String>
    private let isHTML: Bool
    /// The sections that are open.
    private var sections: [String] = []

    /// Sections within each other.
    private static let deepest = 16

    init(_ template: String, names: Set<String>, isHTML: Bool) {
        rest = template[...]
        self.names = names
        self.isHTML = isHTML
    }

    mutating func run() throws(TemplateFault) {
        while let start = rest.firstRange(of: "{{") {
            rest = rest[start.upperBound...]
            let isTriple = rest.first == "{"
            guard let end = rest.firstRange(of: isTriple ? "}}}" : "}}") else { throw TemplateFault(reason: "a {{ has no end") }
            let tag = rest[rest.index(rest.startIndex, offsetBy: isTriple ? 1 : 0)..<end.lowerBound]
            rest = rest[end.upperBound...]
            try judge(String(tag), isTriple)
        }
        if let open = sections.last { throw TemplateFault(reason: "{{#\(open)}} has no end") }
    }

    private mutating func judge(_ tag: String, _ isTriple: Bool) throws(TemplateFault) {
        let sigil = isTriple ? "&" : tag.first.map { "!#^/&".contains($0) ? String($0) : "" } ?? ""
        let name = (isTriple || sigil.isEmpty ? tag[...] : tag.dropFirst()).trimmed()
        switch sigil {
        case "!": return
        case "/":
            guard sections.popLast() == name else { throw TemplateFault(reason: "{{/\(name)}} ends what did not begin") }
        case "#", "^":
            try know(name)
            sections.append(name)
            guard sections.count <= Self.deepest else { throw TemplateFault(reason: "its sections are too deep") }
        default:
            // A caller's name would become part of the page's markup.
            if sigil == "&", isHTML { throw TemplateFault(reason: "{{\(name)}} must be escaped in HTML") }
            try know(name)
        }
    }

    private func know(_ name: String) throws(TemplateFault) {
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }) else {
            throw TemplateFault(reason: "{{\(name)}} is nothing that templates of mails may have")
        }
        if name == ".", !sections.isEmpty { return }
        // A name within a section is looked for in what the section is of, and further out.
        let full = [name] + sections.map { "\($0).\(name)" } + [(sections + [name]).joined(separator: ".")]
        guard full.contains(where: names.contains) else { throw TemplateFault(reason: "there is no {{\(name)}} for this mail") }
    }
}
