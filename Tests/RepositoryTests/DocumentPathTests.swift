import Foundation
import Testing

/// Files that documents name are where they say.
@Suite struct DocumentPathTests {
    @Test func whatIsNamedIsThere() throws {
        var count = 0
        for document in ["CONTRIBUTING.md", "README.md", "docs/internals.md", "docs/contracts/README.md"] {
            let text = try Repository.text(of: document)
            // `NAME` stands for what is to be added.
            for path in text.matches(of: /`((?:Sources|Tests|scripts|docs|Benchmarks)\/[A-Za-z0-9_+.\/-]+)`/).map(\.1) where !path.contains("NAME") {
                count += 1
                #expect(FileManager.default.fileExists(atPath: Repository.root.appending(path: String(path)).path), "\(document): \(path)")
            }
        }
        #expect(count > 20)
    }
}
