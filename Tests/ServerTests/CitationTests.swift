import Foundation
import Testing

/// The documents in `docs/contracts` are cited by letter and section. Who reads a comment looks there for the reason, so each citation has to
/// lead somewhere.
@Suite struct CitationTests {
    @Test func everyCitationLeadsSomewhere() throws {
        let contracts = try Self.names.mapValues { Contract(try Self.text(of: "docs/contracts/\($0)")) }
        var count = 0
        for path in try Self.paths() {
            let lines = try Self.text(of: path).split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated() where line.contains("§") {
                for citation in line.matches(of: /([KPSFN])§([0-9]+(?:\.[0-9]+)*(?:-[A-Z]?[0-9]+'*)?)/) {
                    count += 1
                    let leadsSomewhere = contracts[String(citation.1)]?.places.contains(String(citation.2)) ?? false
                    #expect(leadsSomewhere, "\(path):\(number + 1): \(citation.0)")
                }
            }
        }
        #expect(count > 300)
    }

    /// A section sign is of one of the contracts, by its letter, or of a standard that is named before it.
    @Test func noCitationIsWithoutItsDocument() throws {
        for path in try Self.paths() {
            let text = try Self.text(of: path)
            for sign in text.ranges(of: "§") {
                let before = text[..<sign.lowerBound].suffix(40)
                let hasLetter = before.firstMatch(of: /(?:^|[^A-Za-z])[KPSFN]$/) != nil
                let hasStandard = before.contains(/RFC [0-9]+|XML 1\.0|Fetch/) && !before.contains(/[Cc]ontract[\s\/]+$/)
                #expect(hasLetter || hasStandard, "\(path): \(before)\(text[sign.lowerBound...].prefix(8))")
            }
        }
    }

    private static let names = ["K": "kazoo.md", "P": "p-series.md", "S": "s-series.md", "F": "front-ends.md", "N": "field-notes.md"]

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The sources, the tests but for this one, and the documents.
    private static func paths() throws -> [String] {
        let files = FileManager.default
        var paths = try files.contentsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".md") }
        for (directory, suffix) in [("Sources", ".swift"), ("Tests", ".swift"), ("docs", ".md")] {
            let found = try files.subpathsOfDirectory(atPath: root.appending(path: directory).path)
            paths += found.filter { $0.hasSuffix(suffix) && !$0.hasSuffix("/CitationTests.swift") }.map { "\(directory)/\($0)" }
        }
        return paths.sorted()
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
