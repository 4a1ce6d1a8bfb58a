import Foundation
import TestKit
import Testing

/// The log on standard error, of which hostile text is a part.
@Suite struct LogTests {
    @Test func aFileNameCanNeitherForgeALineNorCommandATerminal() async throws {
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data", spool = directory.path + "/spool"
            try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
            try Data("no sound".utf8).write(to: URL(filePath: spool + "/a\n2026-01-01T00:00:00Z error forged : \u{1B}[2J\u{202E}é.wav"))
            _ = try await Tool(data: data).json("account", "create", "Acme")
            let environment = [
                "AFTERTONE_RECORDINGS_WATCH": "Acme=" + spool, "AFTERTONE_RECORDINGS_LOOK_SECONDS": "1", "AFTERTONE_RECORDINGS_SETTLE_SECONDS": "0",
            ]
            try await CommandLineProgram.running(["serve", "--data", data, "--listen", "127.0.0.1:0"], environment: environment) { program in
                _ = try #require(await program.port())
                while try !program.errors().contains("is no recording") { try await Task.sleep(for: .milliseconds(20)) }
                let lines = try program.errors().split(separator: "\n").filter { $0.contains("forged") }
                let line = try #require(lines.first)
                #expect(lines.count == 1)
                #expect(line.contains(#"a\u{a}2026-01-01T00:00:00Z error forged : \u{1b}[2J\u{202e}é.wav"#))
                #expect(line.contains("a file is no recording"))
            }
        }
    }
}
