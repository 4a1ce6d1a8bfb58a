import Foundation

/// The lines for a shell that a document shows below `<!-- session: NAME -->`, in the first fenced block there.
struct DocumentedSession {
    let lines: String

    struct Missing: Error {
        let document: String
        let name: String
    }

    /// - Parameter document: a path below the package.
    init(_ name: String, in document: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: document), encoding: .utf8)
        let below = text.split(separator: "\n", omittingEmptySubsequences: false).drop { $0 != "<!-- session: \(name) -->" }
        let block = below.drop { !$0.hasPrefix("```") }.dropFirst().prefix { !$0.hasPrefix("```") }
        guard !block.isEmpty else { throw Missing(document: document, name: name) }
        lines = block.joined(separator: "\n") + "\n"
    }
}
