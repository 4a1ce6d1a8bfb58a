import Audio
import Foundation
import TestKit
import Testing

/// What the documents tell people to type works, against the program as it is built.
@Suite struct SessionTests {
    @Test func theQuickStartsFirstMessage() async throws {
        try await play("first message", in: "docs/quick-start.md") { outcome, directory, sound in
            #expect(outcome.output.contains("caller_id_number:"), "\(outcome.output)")
            let heard = try Data(contentsOf: directory.appending(path: "heard.wav"))
            #expect(heard == sound)
        }
    }

    /// Plays a documented session beside a server of its own.
    /// - Parameter check: told how it ended, where, and what `voice.wav` held.
    private func play(_ name: String, in document: String, _ check: (Shell.Outcome, URL, Data) throws -> Void) async throws {
        let session = try DocumentedSession(name, in: document)
        try await TemporaryDirectory.run { directory in
            let server = try await ServerProcess.start(in: directory.path + "/data")
            defer { server.kill() }
            let sound = Data(try AudioSamples.murmur(seconds: 2).encoded(as: .wavPCM16))
            _ = try directory.write(sound, to: "voice.wav")
            var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AFTERTONE_") }
            environment["PATH"] = CommandLineProgram.executable.deletingLastPathComponent().path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
            environment["AFTERTONE_DATA"] = directory.path + "/data"
            environment["URL"] = "http://127.0.0.1:\(server.port)"
            let outcome = try await Shell.run(session.lines, environment: environment, in: directory.path)
            #expect(outcome.status == 0, "\(outcome.output)")
            try check(outcome, URL(filePath: directory.path), sound)
        }
    }
}
