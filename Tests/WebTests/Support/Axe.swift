import Foundation
import Voicemail

/// axe-core, which finds by rule what keeps people out of pages. `scripts/install tests` gets it; it is not part of the sources.
enum Axe {
    /// Its script; nil where it is not installed.
    static let script: String? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../.build/axe/lib").standardizedFileURL
        let versions = (try? FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)) ?? []
        return versions.lazy.compactMap {
            try? String(contentsOf: $0.appending(path: "site-packages/axe_playwright_python/axe.min.js"), encoding: .utf8)
        }.first
    }()
}

extension Chromium {
    /// What axe-core finds on the page that is shown: every rule of it but those that are still tried out. Nothing where it is not installed.
    func findings() async throws -> [String] {
        guard let script = Axe.script else { return [] }
        let run =
            "return axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`)))"
        return try await self.run(script + ";\n" + run).array?.compactMap(\.string) ?? ["no answer"]
    }
}
