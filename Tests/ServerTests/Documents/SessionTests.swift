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

    /// Somebody who pastes the lines again finds what is there refused by name, and the rest done again.
    @Test func theQuickStartsFirstMessageTwice() async throws {
        try await play("first message", in: "docs/quick-start.md", after: "set +e\n", times: 2) { outcome, directory, sound in
            let refusals = outcome.output.split(separator: "\n").filter { $0.hasPrefix("aftertone: ") }.map { $0.replacing(/[0-9a-f]{32}/, with: "ID") }
            #expect(
                refusals == [
                    "aftertone: there is the account My Account (ID) already; --allow-duplicate makes another", "aftertone: username \"john\" is taken",
                    "aftertone: mailbox \"3000\" is taken",
                ])
            #expect(outcome.output.matches(of: /caller_id_number:/).count == 2, "\(outcome.output)")
            let heard = try Data(contentsOf: directory.appending(path: "heard.wav"))
            #expect(heard == sound)
        }
    }

    // Each of these is pasted twice in one shell.

    @Test func aClientOfKazoo() async throws {
        try await play("client", in: "docs/kazoo.md", after: Self.furnishing, times: 2) { outcome, _, _ in
            #expect(outcome.output.hasSuffix("3000\n3000\n"), "\(outcome.output)")
        }
    }

    @Test func aClientOfThePSeries() async throws {
        try await play("client", in: "docs/p-series.md", after: Self.furnishing, times: 2) { _, directory, _ in
            let message = try Data(contentsOf: directory.appending(path: "message.wav"))
            #expect(message.starts(with: Data("RIFF".utf8)))
        }
    }

    @Test func aClientOfTheSSeries() async throws {
        try await play("client", in: "docs/s-series.md", after: Self.furnishing, times: 2) { outcome, _, _ in
            #expect(outcome.output.hasSuffix("6001\n6001\n"), "\(outcome.output)")
        }
    }

    @Test func anOperatorsDay() async throws {
        try await play("daily work", in: "docs/daily-work.md", after: Self.furnishing, times: 2) { _, directory, sound in
            let heard = try Data(contentsOf: directory.appending(path: "heard.wav"))
            #expect(heard == sound)
        }
    }

    @Test func theSignatureOfAnEvent() async throws {
        try await play("signature", in: "docs/p-series.md") { outcome, _, _ in
            #expect(outcome.output == "from Aftertone, and unchanged\n")
        }
    }

    /// What the guides of the interfaces take to be there.
    static let furnishing = """
        aftertone account create Acme
        echo 'correct horse' | aftertone user create --account Acme --username anna
        aftertone mailbox create --account Acme --number 3000 --name Reception
        aftertone message add --account Acme --mailbox 3000 --from 6001 voice.wav

        """

    /// Plays a documented session beside a server of its own.
    /// - Parameters:
    ///   - lines: run in the same shell before.
    ///   - check: told how it ended, where, and what `voice.wav` held.
    private func play(_ name: String, in document: String, after lines: String = "", times: Int = 1, _ check: (Shell.Outcome, URL, Data) throws -> Void)
        async throws
    {
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
            let outcome = try await Shell.run(lines + String(repeating: session.lines, count: times), environment: environment, in: directory.path)
            #expect(outcome.status == 0, "\(outcome.output)")
            try check(outcome, URL(filePath: directory.path), sound)
        }
    }
}
