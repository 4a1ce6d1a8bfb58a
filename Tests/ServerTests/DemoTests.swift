import Foundation
import TestKit
import Testing

/// What `aftertone demo` prints works when it is pasted into a shell.
@Suite struct DemoTests {
    @Test func thePrintedLinesWork() async throws {
        try await CommandLineProgram.running(["demo", "--listen", "127.0.0.1:0"]) { program in
            let lines = await program.lines(upTo: "Everything here is thrown away")
            let commands = lines.filter { $0.hasPrefix("  ") }.map { $0.dropFirst(2) }
            #expect(commands.count >= 7, "\(lines)")
            try await TemporaryDirectory.run { directory in
                let outcome = try await Shell.run(
                    commands.joined(separator: "\n") + "\n", environment: ProcessInfo.processInfo.environment, in: directory.path)
                #expect(outcome.status == 0, "\(outcome.output)")
                #expect(!outcome.output.contains(#""status":"error""#), "\(outcome.output)")
                #expect(outcome.output.contains(#""media_id""#))
                let sound = try Data(contentsOf: URL(filePath: directory.path + "/message.wav"))
                #expect(sound.starts(with: Data("RIFF".utf8)))
                let zip = try Data(contentsOf: URL(filePath: directory.path + "/messages.zip"))
                #expect(zip.starts(with: Data("PK".utf8)))
            }
            program.send(SIGINT)
            #expect(await program.status() == 0)
        }
    }
}
