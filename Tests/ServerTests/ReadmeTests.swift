import Foundation
import TestKit
import Testing

/// The session that README.md shows is run as it stands there.
@Suite struct ReadmeTests {
    @Test func theSessionWorksAsPrinted() async throws {
        let session = try Self.block("kazoo")
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            _ = try await server.makeUser("anna", password: "correct horse", in: account)
            _ = try await server.makeMailbox("3000", in: account)
            let script = "set -euo pipefail\n" + session.replacing("127.0.0.1:8080", with: "127.0.0.1:\(server.port)")
            let ran = try await TemporaryDirectory.run { directory in try await CommandLineProgram.bash(script, in: directory.path) }
            #expect(ran.status == 0, "\(ran.errors)")
            let lines = ran.output.split(separator: "\n").map(String.init)
            #expect(lines.first == "2000")
            #expect(lines.dropFirst().first?.wholeMatch(of: /\['[0-9]{6}-[0-9a-f]{32}'\]/) != nil)
            #expect(lines.last?.firstMatch(of: /^6001_.*\.wav/) != nil)
        }
    }

    /// The fenced block behind a marker.
    private static func block(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let marked = try #require(text.components(separatedBy: "<!-- session: \(name) -->\n```sh\n").dropFirst().first)
        return try #require(marked.components(separatedBy: "\n```").first)
    }
}
