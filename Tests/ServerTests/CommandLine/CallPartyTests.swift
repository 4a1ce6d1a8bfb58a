import TestKit
import Testing
import Voicemail

/// The numbers and names of a call that somebody types.
@Suite struct CallPartyTests {
    @Test func whoCalledIsJudged() async throws {
        try await Tool.run { tool, scratch in
            try await tool.makeMailbox()
            let file = try scratch.write(Sound.bytes(1, 1), to: "a.wav")
            let message = ["message", "add", "--account", "Acme", "--mailbox", "3000", file, "--data", tool.data]
            let recording = ["recording", "add", "--account", "Acme", file, "--data", tool.data]
            let long = String(repeating: "1", count: 36), noNumber = "is no number or name of a SIP URI"
            let rules = [
                ("", "is empty"), (" ", "\" \" \(noNumber)"), ("a b", "\"a b\" \(noNumber)"), ("1\r\n2", "\"1\\u{d}\\u{a}2\" \(noNumber)"),
                ("\u{1B}", "\"\\u{1b}\" \(noNumber)"), ("<7>", "\"<7>\" \(noNumber)"), ("7@", "\"7@\" \(noNumber)"), ("@a", "\"@a\" \(noNumber)"),
                ("\u{FC}", "\"\u{FC}\" \(noNumber)"), (long, "\"\(long)\" is longer than 35 characters"),
            ]
            let cases = rules.map { (message, "--from", $0) } + ["--from", "--to"].map { (recording + ["--from", "1", "--to", "2"], $0, rules[2]) }
            for (command, option, (number, refusal)) in cases {
                let outcome = try await CommandLineProgram.run(command + [option, number])
                #expect(outcome.status == 1 && outcome.output == "")
                #expect(outcome.refusal == "\(option) \(refusal)", "\(outcome.errors)")
            }
            let name = try await CommandLineProgram.run(message + ["--from", "7", "--name", "Bob\nX"])
            #expect(name.status == 1 && name.refusal == "--name \"Bob\\u{a}X\" is no name on one line")
            let longName = try await CommandLineProgram.run(message + ["--from", "7", "--name", String(repeating: "\u{FC}", count: 36)])
            #expect(longName.refusal?.hasSuffix("is longer than 35 characters") == true)
            #expect(try await tool.json("message", "list", "--account", "Acme") == [])
            #expect(try await tool.json("recording", "list", "--account", "Acme") == [])
            #expect(try tool.blobCount == 0)
            for number in ["+4930", "*97#", "anonymous", "anna.b@example.com", String(repeating: "1", count: 35)] {
                let added = try await CommandLineProgram.run(message + ["--from", number, "--name", "B\u{F6}b <b@x>", "--json"])
                #expect(added.status == 0, "\(added.errors)")
                #expect(added.json.text("from") == (number.contains("@") ? number : number + "@acme.example"))
            }
        }
    }
}
