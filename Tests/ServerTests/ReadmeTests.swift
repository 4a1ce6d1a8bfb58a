import Foundation
import TestKit
import Testing

/// The session that README.md shows is run as it stands there.
@Suite struct ReadmeTests {
    @Test func theSessionWorksAsPrinted() async throws {
        let session = try DocumentedSession("kazoo", in: "README.md")
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            _ = try await server.makeUser("anna", password: "correct horse", in: account)
            _ = try await server.makeMailbox("3000", in: account)
            let lines = session.lines.replacing("127.0.0.1:8080", with: "127.0.0.1:\(server.port)")
            let outcome = try await TemporaryDirectory.run { directory in
                try await Shell.run(lines, environment: ProcessInfo.processInfo.environment, in: directory.path)
            }
            #expect(outcome.status == 0, "\(outcome.output)")
            let output = outcome.output.split(separator: "\n").map(String.init)
            #expect(output.first == "2000")
            #expect(output.dropFirst().first?.wholeMatch(of: /\['[0-9]{6}-[0-9a-f]{32}'\]/) != nil)
            #expect(output.last?.firstMatch(of: /^6001_.*\.wav/) != nil)
        }
    }
}
