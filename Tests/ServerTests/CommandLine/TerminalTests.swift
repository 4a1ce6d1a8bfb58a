import Foundation
import TestKit
import Testing
import Voicemail

/// What people see, and what becomes of a reader who goes away.
@Suite struct TerminalTests {
    private static let names = ["Acme", "Zweigstelle K\u{F6}ln", "\u{682A}\u{5F0F}\u{4F1A}\u{793E}", "e\u{301}t\u{E9}", "two\nlines\u{1B}[2J"]

    private func fill(_ tool: Tool) async throws {
        for (index, name) in Self.names.enumerated() { _ = try await tool.json("account", "create", name, "--realm", "r\(index).example") }
    }

    @Test func tablesAreAlignedOnATerminalAndTabbedElsewhere() async throws {
        try await Tool.run { tool, _ in
            try await fill(tool)
            let seen = try await CommandLineProgram.onTerminal(["account", "list", "--data", tool.data])
            #expect(seen.status == 0)
            let lines = seen.shown.split(separator: "\n").map(String.init)
            #expect(lines.count == Self.names.count + 1)
            #expect(!seen.shown.contains("\t") && !seen.shown.contains("\u{1B}"))
            // Widths as a terminal counts them: two for a Han character, none for an accent over a letter.
            func width(_ text: Substring) -> Int {
                text.unicodeScalars.reduce(0) { $0 + ((0x4E00...0x9FFF).contains($1.value) ? 2 : (0x300...0x36F).contains($1.value) ? 0 : 1) }
            }
            let columns = Set(lines.compactMap { line in line.firstMatch(of: /\ (r\d\.example|realm)$/).map { width(line[..<$0.range.lowerBound]) } })
            #expect(columns.count == 1, "\(seen.shown)")

            let piped = try await tool("account", "list").output.split(separator: "\n")
            #expect(piped.count == Self.names.count + 1)
            #expect(piped.allSatisfy { $0.split(separator: "\t").count == 3 })
            #expect(piped.contains { $0.contains("\ttwo\\u{a}lines\\u{1b}[2J\t") })
        }
    }

    @Test func aPasswordIsAskedForOnATerminal() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme")
            let seen = try await CommandLineProgram.onTerminal(
                ["user", "create", "--account", "Acme", "--username", "anna", "--data", tool.data], input: "correct horse\n")
            #expect(seen.status == 0, "\(seen.shown)")
            #expect(seen.shown.contains("password of anna: "))
            #expect(try await tool.json("user", "list", "--account", "Acme").array?.count == 1)
        }
    }

    @Test func aReaderThatHasSeenEnoughIsNoFailure() async throws {
        try await Tool.run { tool, scratch in
            try await fill(tool)
            let program = CommandLineProgram.executable.path
            for command in ["account list", "account list --json", "account show Acme", "help"] {
                // Nobody reads at all: the pipe's other end is closed before the program writes.
                let outcome = try await Shell.run(
                    "exec 3> >(exec true); wait $!; '\(program)' \(command) --data '\(tool.data)' >&3\n".replacingOccurrences(
                        of: "help --data '\(tool.data)'", with: "help"),
                    environment: ["PATH": "/usr/bin:/bin"], in: scratch.path)
                #expect(outcome.status == 0 && outcome.output == "", "\(command): \(outcome)")
            }
        }
    }

    @Test func whatCannotBeSaidIsAFailure() async throws {
        try await Tool.run { tool, scratch in
            try await fill(tool)
            for command in [
                "account list", "account list --json", "account show Acme", "verify", "config check", "--help", "help account", "account create --help",
                "--version",
                "version", "--generate-completion-script bash",
            ] {
                let data = command.contains("-") && !command.contains("json") || ["help account", "version"].contains(command) ? "" : "--data '\(tool.data)'"
                let full = try await Shell.run(
                    "'\(CommandLineProgram.executable.path)' \(command) \(data) > /dev/full\n", environment: ["PATH": "/usr/bin:/bin"], in: scratch.path)
                #expect(full.status == 1, "\(command)")
                #expect(full.output == "aftertone: standard output cannot be written: No space left on device\n", "\(command)")
            }
        }
    }

    /// Ctrl-C and its like, while the terminal hides what is typed.
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func whoeverIsInterruptedSeesAgainWhatHeTypes(_ signal: Int32) async throws {
        let seen = try await CommandLineProgram.interrupted(
            ["user", "create", "--account", "Acme", "--username", "anna"], by: signal, after: "password of anna: ")
        #expect(seen.wasHidden)
        #expect(seen.status == -signal)
        #expect(seen.isShown)
    }

    /// Ctrl-Z, `bg` and `fg`: the shell's own typing is shown, and the password is not.
    @Test func aStoppedPromptLeavesTheTerminalToTheShell() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme")
            let seen = try await CommandLineProgram.sentToTheBackground(
                ["user", "create", "--account", "Acme", "--username", "anna", "--data", tool.data], after: "password of anna: ", input: "correct horse\n")
            #expect(seen.wasHidden && seen.isShownBehind)
            #expect(try await tool.json("user", "list", "--account", "Acme").array?.count == 1)
        }
    }

    @Test func wrongUsageIsHarmlessToo() async throws {
        let hostile = "\u{1B}]0;owned\u{7}\u{202E}"
        for arguments in [["account", "create", "A", "--timezone", hostile], [hostile], ["account", "--" + hostile]] {
            let outcome = try await CommandLineProgram.run(arguments)
            #expect(outcome.status == 2)
            #expect(!outcome.errors.contains("\u{1B}") && !outcome.errors.contains("\u{7}") && !outcome.errors.contains("\u{202E}"), "\(outcome.errors)")
        }
    }

    @Test func commonOptionsMayStandBeforeTheCommand() async throws {
        try await Tool.run { tool, scratch in
            let orders = [
                ["--data", tool.data, "--json", "account", "create", "One"], ["--json", "account", "--data=" + tool.data, "create", "Two"],
                ["account", "--data", tool.data, "create", "--json", "Three"],
                ["--data", "elsewhere", "account", "create", "--json", "Four", "--data", tool.data],
            ]
            for arguments in orders {
                let outcome = try await CommandLineProgram.run(arguments, in: scratch.path)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(HexID.isValid(outcome.json.text("id")), "\(arguments)")
            }
            #expect(!FileManager.default.fileExists(atPath: scratch.path + "/elsewhere"))
            #expect(try await tool.json("account", "list").array?.count == 4)
            for arguments in [["--data"], ["--data", tool.data], ["--json"], ["--data", tool.data, "frobnicate"], ["account", "--data"]] {
                #expect(try await CommandLineProgram.run(arguments).status == 2, "\(arguments)")
            }
        }
    }

    @Test func oneIsSingular() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme")
            #expect(try await tool("verify").output == "no damage; 0 pieces of audio compared\n")
            _ = try await tool.json("mailbox", "create", "--account", "Acme", "--number", "1", "--name", "One")
            let file = try scratch.write(Sound.bytes(1, 1), to: "a.wav")
            let added = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "1", "--from", "7", file)
            #expect(try await tool("verify").output == "no damage; 1 piece of audio compared\n")
            let blob = added.text("blob_id")
            try FileManager.default.removeItem(atPath: "\(tool.data)/blobs/\(blob.prefix(2))/\(blob)")
            #expect(try await tool("verify").refusal == "1 damage found")
        }
    }
}
