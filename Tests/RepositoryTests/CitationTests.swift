import Testing

/// The documents in `docs/contracts` are cited by letter and section. Who reads a comment looks there for the reason, so each citation has to
/// lead somewhere.
@Suite struct CitationTests {
    @Test func everyCitationLeadsSomewhere() throws {
        let contracts = try Self.names.mapValues { Contract(try Repository.text(of: "docs/contracts/\($0)")) }
        var count = 0
        try Self.eachLine { line in
            for citation in line.text.matches(of: /([KPSFN])§([0-9]+(?:\.[0-9]+)*(?:-[A-Z]?[0-9]+'*)?)/) {
                count += 1
                let leadsSomewhere = contracts[String(citation.1)]?.places.contains(String(citation.2)) ?? false
                #expect(leadsSomewhere, "\(line.place): \(citation.0)")
            }
        }
        #expect(count > 300)
    }

    /// A section sign is of one of the contracts, by its letter, or of a standard that is named before it, at the end of the line before at the farthest.
    @Test func noCitationIsWithoutItsDocument() throws {
        var before = ""
        try Self.eachLine(with: []) { line in
            defer { before = String(line.text.suffix(40)) }
            guard line.text.utf8.contains(Self.sign[0]) else { return }
            for sign in line.text.ranges(of: "§") {
                let context = (before + "\n" + line.text[..<sign.lowerBound]).suffix(40)
                let hasLetter = context.firstMatch(of: /(?:^|[^A-Za-z])[KPSFN]$/) != nil
                let hasStandard = context.contains(/RFC [0-9]+|XML 1\.0|Fetch/) && !context.contains(/[Cc]ontract[\s\/]+$/)
                #expect(hasLetter || hasStandard, "\(line.place): \(context)\(line.text[sign.lowerBound...].prefix(8))")
            }
        }
    }

    private static let names = ["K": "kazoo.md", "P": "p-series.md", "S": "s-series.md", "F": "front-ends.md", "N": "field-notes.md"]
    private static let sign = Array("§".utf8)

    /// The sources, the tests but for this one, and the documents.
    private static func eachLine(with words: [String] = ["§"], _ look: (Repository.Line) throws -> Void) throws {
        let texts = try Repository.files(below: "Sources") + Repository.files(below: "Tests") + Repository.files(below: "docs", ".md")
        for path in try Repository.documents() + texts where !path.hasSuffix("/CitationTests.swift") {
            try Repository.eachLine(of: path, with: words, look)
        }
    }
}

/// What of a document can be cited: `2.3` is a section, `12.4` may also be a rule of section 12, and `1-R3` and `12-07` are rows of the tables
/// in sections 1 and 12.
private struct Contract {
    private(set) var places: Set<String> = []

    init(_ text: String) {
        var section = ""
        var isExample = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") { isExample.toggle() }
            if isExample { continue }
            if let heading = line.prefixMatch(of: #/##+ ([0-9]+(?:\.[0-9]+)*) /#) {
                section = String(heading.1)
                places.insert(section)
            } else if let rule = line.prefixMatch(of: #/([0-9]+)\. /#) {
                places.insert("\(section).\(rule.1)")
            } else if let row = line.prefixMatch(of: /\| ([A-Z]?[0-9]+'*|[0-9]+-[0-9]+) \|/) {
                // Rows of section 12 of KAZOO's contract have the section in their names.
                places.insert(row.1.contains("-") ? String(row.1) : "\(section)-\(row.1)")
            }
        }
    }
}
