import Audio
import Foundation
import TestKit
import Testing
import Voicemail

/// `-` in place of a file, and passwords that are piped in.
@Suite struct StandardInputTests {
    @Test func aHyphenIsStandardInput() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let sound = try AudioSamples.tones([440], seconds: 1).encoded(as: .wavPCM16)
            let file = try scratch.write(sound, to: "a.wav")
            func pipe(_ command: String, limit: Int = sound.count) async throws -> Shell.Outcome {
                var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AFTERTONE_") }
                environment["AFTERTONE_DATA"] = tool.data
                environment["AFTERTONE_LIMITS_AUDIO_BYTES"] = String(limit)
                environment["AFTERTONE_LIMITS_RECORDING_BYTES"] = String(limit)
                environment["TMPDIR"] = scratch.path
                return try await Shell.run(
                    "cat '\(file)' | '\(CommandLineProgram.executable.path)' \(command) -\n", environment: environment, in: scratch.path)
            }
            let message = try await pipe("message add --account Acme --mailbox 3000 --from 7 --json")
            #expect(message.status == 0, "\(message.output)")
            let added = try JSON.parse(message.output)
            #expect(added["length_ms"] == 1000 && added["size"] == .int(sound.count) && added["content_type"] == "audio/wav")
            // Without a name nothing tells that it is the same.
            for _ in 1...2 {
                let recording = try await pipe("recording add --account Acme --from 1 --to 2 --json")
                #expect(recording.status == 0, "\(recording.output)")
                #expect(try JSON.parse(recording.output)["source"] == .null)
            }
            #expect(try await tool.json("recording", "list", "--account", "Acme").array?.count == 2)
            for command in ["message add --account Acme --mailbox 3000 --from 7", "recording add --account Acme --from 1 --to 2"] {
                let large = try await pipe(command, limit: sound.count - 1)
                #expect(large.status == 1 && large.output == "aftertone: the audio is larger than \(sound.count - 1) bytes\n")
                let words = command.split(separator: " ").map(String.init) + ["-", "--data", tool.data]
                #expect(try await CommandLineProgram.run(words).refusal == "standard input is empty")
                #expect(try await CommandLineProgram.run(words, input: "no sound").refusal?.hasPrefix("no decoder accepts standard input") == true)
            }
            // Nothing is left of what was read.
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).filter { $0.hasPrefix("aftertone-") } == [])
        }
    }

    @Test func inputThatCannotBeReadIsRefusedInPlainWords() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            for command in [
                "message add --account Acme --mailbox 3000 --from 7 -", "recording add --account Acme --from 1 --to 2 -",
                "user create --account Acme --username anna",
            ] {
                for (input, refusal) in [
                    ("< /", "standard input cannot be read: Is a directory"), ("0> '\(scratch.path)/f'", "standard input cannot be read: Bad file descriptor"),
                    ("<&-", command.hasPrefix("user") ? "standard input holds no secret" : "standard input is empty"),
                ] {
                    let outcome = try await Shell.run(
                        "'\(CommandLineProgram.executable.path)' \(command) --data '\(tool.data)' \(input)\n", environment: ["PATH": "/usr/bin:/bin"],
                        in: scratch.path)
                    #expect(outcome.status == 1)
                    #expect(outcome.output == "aftertone: \(refusal)\n", "\(command) \(input)")
                }
            }
            #expect(try tool.blobCount == 0)
        }
    }
}
