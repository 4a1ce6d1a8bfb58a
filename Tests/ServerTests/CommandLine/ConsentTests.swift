import Foundation
import TestKit
import Testing
import Voicemail

/// What takes more along than it names says so first.
@Suite struct ConsentTests {
    /// An account with two mailboxes, one of them with two messages, and a user.
    private func fill(_ tool: Tool, _ scratch: TemporaryDirectory) async throws {
        try await tool.makeMailbox()
        _ = try await tool.json("mailbox", "create", "--account", "Acme", "--number", "4000", "--name", "Empty")
        _ = try await tool.json("user", "create", "--account", "Acme", "--username", "anna", input: "secret")
        let file = try scratch.write(Sound.bytes(1, 1), to: "a.wav")
        for _ in 0..<2 { _ = try await tool.json("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "7", file) }
    }

    @Test func withoutATerminalItIsRefusedUnlessYesIsSaid() async throws {
        try await Tool.run { tool, scratch in
            try await fill(tool, scratch)
            #expect(
                try await tool.refusal("mailbox", "delete", "--account", "Acme", "3000")
                    == "this deletes the mailbox 3000 (One) with 2 messages; say --yes if that is meant")
            #expect(
                try await tool.refusal("account", "delete", "Acme")
                    == "this deletes the account Acme with 1 user, 2 mailboxes and 2 messages; say --yes if that is meant")
            #expect(
                try await tool.refusal("message", "delete", "--account", "Acme", "--mailbox", "3000")
                    == "this deletes 2 messages of the mailbox 3000 (One); say --yes if that is meant")
            #expect(try await tool.json("message", "list", "--account", "Acme").array?.count == 2)
            // What takes nothing along is done.
            _ = try await tool.json("mailbox", "delete", "--account", "Acme", "4000")
            _ = try await tool.json("mailbox", "delete", "--account", "Acme", "3000", "--yes")
            _ = try await tool.json("account", "delete", "Acme", "--yes")
            #expect(try await tool.json("account", "list") == [])
        }
    }

    @Test func onATerminalItAsks() async throws {
        try await Tool.run { tool, scratch in
            try await fill(tool, scratch)
            let arguments = ["mailbox", "delete", "--account", "Acme", "3000", "--data", tool.data]
            for answer in ["n\n", "\n", "yep\n"] {
                let asked = try await CommandLineProgram.onTerminal(arguments, input: answer)
                #expect(asked.status == 1)
                #expect(asked.shown.contains("This deletes the mailbox 3000 (One) with 2 messages. Go on? [y/N] "))
                #expect(asked.shown.contains("aftertone: nothing was deleted"))
            }
            #expect(try await tool.json("mailbox", "list", "--account", "Acme").array?.count == 2)
            #expect(try await CommandLineProgram.onTerminal(arguments, input: "y\n").status == 0)
            #expect(try await tool.json("mailbox", "list", "--account", "Acme").array?.count == 1)
        }
    }
}
