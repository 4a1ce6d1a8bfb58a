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

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/share/asterisk/sounds/en_US_f_Allison"))) func englishIsGood() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme")
            let told = try await tool.json("prompts", "check")
            #expect(told["ok"] == true && told["languages"]?.array?.first?["toned"]?.array == [])
        }
    }
}
