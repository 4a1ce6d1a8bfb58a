import Foundation
import TestKit
import Testing
import Voicemail

/// `aftertone prompts check` tells what the telephone cannot say.
@Suite struct PromptsCommandTests {
    @Test func aVoiceThatIsNotInstalledIsNamed() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme")
            let config = try scratch.write("sip: {prompts: {directory: \(scratch.path)/none, languages: [fr]}}\n", to: "a.yaml")
            let outcome = try await CommandLineProgram.run(["prompts", "check", "--config", config, "--data", tool.data], environment: ["PATH": "/nowhere"])
            #expect(outcome.status == 1)
            #expect(outcome.errors == "aftertone: not every phrase has a voice in: fr\n")
            #expect(outcome.output.hasPrefix("fr: 0 phrases by a voice, 0 by text to speech\n  only a tone: greeting_introduction, person_unavailable"))
            #expect(outcome.output.hasSuffix("  the voice is in Debian's package asterisk-core-sounds-fr-wav\n"))
            try await tool.expectUsageError("prompts", "check", "tlh")
        }
    }

    @Test func aServerWithoutVoicesWarnsAtItsStart() async throws {
        try await TemporaryDirectory.run { directory in
            let environment = ["AFTERTONE_SIP_PROMPTS_DIRECTORY": directory.path + "/none", "PATH": "/nowhere"]
            let serve = ["serve", "--data", directory.path + "/data", "--listen", "127.0.0.1:0", "--sip", "127.0.0.1:0"]
            try await CommandLineProgram.running(serve, environment: environment) { program in
                _ = try #require(await program.port())
                while try !program.errors().contains("not every phrase of the telephone has a voice") { try await Task.sleep(for: .milliseconds(20)) }
                let line = try #require(try program.errors().split(separator: "\n").first { $0.contains("not every phrase") })
                #expect(line.contains(" warning ") && line.contains("language=en") && line.contains("package=asterisk-core-sounds-en-wav"))
            }
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/share/asterisk/sounds/en_US_f_Allison"))) func englishIsGood() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme")
            let told = try await tool.json("prompts", "check")
            #expect(told["ok"] == true && told["languages"]?.array?.first?["toned"]?.array == [])
        }
    }
}
