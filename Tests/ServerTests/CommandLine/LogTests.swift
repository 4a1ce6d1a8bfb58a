import Audio
import Foundation
import TestKit
import Testing
import Voicemail

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

    /// Sound that is not whole is kept as far as it goes, and not without a word.
    @Test func soundThatWasCutShortIsTold() async throws {
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data", spool = directory.path + "/spool"
            try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
            let whole = try AudioSamples.tones([500], seconds: 4).encoded(as: .flac)
            let tool = Tool(data: data)
            _ = try await tool.json("account", "create", "Acme")
            for (name, bytes) in [("1", whole), ("2", Array(whole[..<(whole.count / 2)]))] {
                let path = spool + "/20220412173331-1649756009.\(name)-2002-2005-Internal.flac"
                try Data(bytes).write(to: URL(filePath: path), options: .atomic)
            }
            let environment = [
                "AFTERTONE_RECORDINGS_WATCH": "Acme=" + spool, "AFTERTONE_RECORDINGS_LOOK_SECONDS": "1", "AFTERTONE_RECORDINGS_SETTLE_SECONDS": "0",
            ]
            try await CommandLineProgram.running(["serve", "--data", data, "--listen", "127.0.0.1:0"], environment: environment) { program in
                _ = try #require(await program.port())
                while try await tool.json("recording", "list", "--account", "Acme").array?.count != 2 { try await Task.sleep(for: .milliseconds(20)) }
                let lines = try program.errors().split(separator: "\n").filter { $0.contains("audio was cut off or damaged before it came") }
                #expect(lines.count == 1)
                #expect(lines.first?.contains("warning") == true && lines.first?.contains("file=20220412173331-1649756009.2-2002-2005-Internal.flac") == true)
                #expect(lines.first?.contains("decoded_ms=") == true)
            }
            let found = try await tool.json("verify")
            let blob = try #require(found["incomplete"]?.array?.first?.string)
            #expect(found["incomplete"]?.array?.count == 1 && found["ok"] == true)
            #expect(
                try await tool("verify").output
                    == "audio \(blob) was cut off or damaged before it came; what there is of it is played\nno damage; 2 pieces of audio compared\n")
        }
    }
}
