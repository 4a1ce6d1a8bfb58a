import Foundation
import NIOPosix
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
            let (status, output) = try await TemporaryDirectory.run { directory in try await Self.bash(script, in: directory.path) }
            #expect(status == 0, "\(output)")
            let lines = output.split(separator: "\n").map(String.init)
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

    /// Runs a script with its lines kept apart; blocks a thread of the pool, not of the cooperative one.
    private static func bash(_ script: String, in directory: String) async throws -> (Int32, String) {
        try await NIOThreadPool.singleton.runIfActive {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/bash")
            process.arguments = ["-c", script]
            process.currentDirectoryURL = URL(filePath: directory)
            let output = Pipe()
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let bytes = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
        }
    }
}
