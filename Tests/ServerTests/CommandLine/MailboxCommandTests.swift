import TestKit
import Testing
import Voicemail

@Suite struct MailboxCommandTests {
    @Test func aGroupsMailboxHasMembers() async throws {
        try await TestServer.run { server in
            let tool = Tool(data: server.directory)
            let world = try await server.makeWorld()
            _ = try await server.makeMailbox("3001", in: world.account)
            let made = try await tool.json(
                "mailbox", "create", "--account", "Acme", "--number", "6300", "--name", "Sales", "--group", "share", "--member", "3001", "--member", "3000")
            let group = try await server.service.mailboxes.find(made.text("id"), of: world.account)
            #expect(group.group?.mode == .share)
            #expect(try await server.service.groups.members(of: group).map(\.number) == ["3001", "3000"])
            var numbers: [String] = []
            try await server.service.groups.list(.groups(by: \.serial), of: world.account, ListWindow(together: 9)) { $0.mailbox.number }
                .forEach { numbers.append($0) }
            #expect(numbers == ["6300"])
            // What cannot be a member leaves no mailbox behind.
            for (mode, first, second) in [("share", "6300", "3000"), ("broadcast", "3001", "3001"), ("broadcast", "3001", "9")] {
                let refusal = try await tool.refusal(
                    "mailbox", "create", "--account", "Acme", "--number", "6301", "--name", "Sales", "--group", mode, "--member", first, "--member", second)
                #expect(refusal != nil)
            }
            #expect(try await server.service.mailboxes.find(number: "6301", of: world.account) == nil)
            try await tool.expectUsageError("mailbox", "create", "--account", "Acme", "--number", "6301", "--name", "Sales", "--member", "3001")
            try await tool.expectUsageError("mailbox", "create", "--account", "Acme", "--number", "6301", "--name", "Sales", "--group", "shared")
        }
    }

    @Test func aMailboxsLifeWhileTheServerRuns() async throws {
        // The program goes by the machine's clock, so the server has to as well.
        try await TestServer.run(clock: ManualClock(SystemClock().now)) { server in
            try await TemporaryDirectory.run { scratch in
                let tool = Tool(data: server.directory)
                let world = try await server.makeWorld()
                let pin = try scratch.write("1234\n", to: "pin")
                let made = try await tool.json(
                    "mailbox", "create", "--account", "Acme", "--number", "3001", "--name", "Anna's", "--owner", "anna", "--timezone", "Europe/Dublin",
                    "--pin-file", pin)
                #expect(made["owner_id"] == .string(world.user.id))
                let seen = try await server.send("GET", "\(world.accountPath)/vmboxes/\(made.text("id"))", token: world.token)
                #expect(seen.data["mailbox"] == "3001")
                #expect(seen.data["pin"] == "1234")
                #expect(seen.data["timezone"] == "Europe/Dublin")
                let piped = try await tool.json(
                    "mailbox", "create", "--account", "Acme", "--number", "3002", "--name", "Piped", "--pin-file", "-", input: "5678\n")
                #expect(try await server.send("GET", "\(world.accountPath)/vmboxes/\(piped.text("id"))", token: world.token).data["pin"] == "5678")
                _ = try await tool.json("mailbox", "delete", "--account", "Acme", "3002", "--yes")

                _ = try await server.leave(in: world.mailbox, of: world.account)
                let listed = try await tool.json("mailbox", "list", "--account", "Acme")
                #expect(listed.array?.map { [$0["number"], $0["new"], $0["saved"]] } == [["3001", 0, 0], ["3000", 1, 0]])
                for reference in ["3001", "03001", made.text("id")] {
                    #expect(try await tool.json("mailbox", "show", "--account", "Acme", reference)["id"] == made["id"])
                }
                _ = try await tool.json("mailbox", "delete", "--account", "Acme", "3001")
                #expect(try await server.send("GET", "\(world.accountPath)/vmboxes/\(made.text("id"))", token: world.token).status == 404)
            }
        }
    }

    @Test func thePinIsNeverShown() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme")
            let pin = try scratch.write("739156\n", to: "pin")
            let made = try await tool(
                "mailbox", "create", "--account", "Acme", "--number", "1", "--name", "One", "--pin-file", pin)
            let shown = [
                made, try await tool("mailbox", "show", "--account", "Acme", "1"), try await tool("mailbox", "list", "--account", "Acme"),
                try await tool("mailbox", "show", "--account", "Acme", "1", "--json"), try await tool("mailbox", "list", "--account", "Acme", "--json"),
            ]
            for outcome in shown {
                #expect(outcome.status == 0)
                #expect(!outcome.output.contains("739156"))
            }
        }
    }

    @Test func refusals() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme")
            _ = try await tool.json("mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "One")
            #expect(
                try await tool.refusal("mailbox", "create", "--account", "Acme", "--number", "03000", "--name", "Two") == "mailbox \"03000\" is taken")
            #expect(
                try await tool.refusal("mailbox", "create", "--account", "Acme", "--number", "1", "--name", "Two", "--owner", "x")
                    == "there is no user x in the account")
            let short = try scratch.write("987", to: "short"), long = try scratch.write(String(repeating: "8", count: 16), to: "long")
            #expect(
                try await tool.refusal("mailbox", "create", "--account", "Acme", "--number", "1", "--name", "Two", "--pin-file", short)
                    == "pin is shorter than 4 characters")
            #expect(
                try await tool.refusal("mailbox", "create", "--account", "Acme", "--number", "1", "--name", "Two", "--pin-file", long)
                    == "pin is longer than 15 characters")
            let word = try scratch.write("front", to: "word"), own = try scratch.write("3000", to: "own")
            for (file, reason) in [(word, "it is dialled, so it has digits and nothing else"), (own, "it is the mailbox's number, which opens nothing")] {
                let refusals = [
                    try await tool.refusal("mailbox", "create", "--account", "Acme", "--number", "03000", "--name", "Two", "--pin-file", file),
                    try await tool.refusal("mailbox", "update", "--account", "Acme", "3000", "--pin-file", file),
                ]
                #expect(refusals == ["pin: \(reason)", "pin: \(reason)"])
            }
            // With another number, it is that one that counts.
            #expect(
                try await tool.refusal(
                    "mailbox", "update", "--account", "Acme", "3000", "--number", "9999", "--pin-file", try scratch.write("9999", to: "next"))
                    == "pin: it is the mailbox's number, which opens nothing")
            #expect(try await tool.json("mailbox", "show", "--account", "Acme", "3000")["number"] == "3000")
            #expect(try await tool.refusal("mailbox", "show", "--account", "Acme", "1") == "there is no mailbox 1 in the account")
            #expect(try await tool.refusal("mailbox", "list", "--account", "Nobody") == "there is no account Nobody")
            // Another account's mailbox is not there, also by id.
            let other = try await tool.json("account", "create", "Other")
            let box = try await tool.json("mailbox", "create", "--account", other.text("id"), "--number", "1", "--name", "X")
            #expect(try await tool.refusal("mailbox", "delete", "--account", "Acme", box.text("id"))?.hasPrefix("there is no mailbox ") == true)
        }
    }

    @Test func aNumberIsWhatATelephoneCanDial() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme")
            func create(_ number: String) async throws -> CommandLineProgram.Outcome {
                // As one word, so that what begins with a hyphen is no option.
                try await tool("mailbox", "create", "--account", "Acme", "--number=" + number, "--name", "X")
            }
            for number in ["1", "+35315550101", "*98", "#1", String(repeating: "1", count: 30)] {
                let outcome = try await create(number)
                #expect(outcome.status == 0, "\(number): \(outcome.errors)")
            }
            for number in ["", "+", "-1", "1 2", "abc", "1+", "\u{661}", String(repeating: "1", count: 31), "1\n", "\u{1B}[2J"] {
                let outcome = try await create(number)
                #expect(outcome.status == 2, "\(number)")
                #expect(!outcome.errors.contains("\u{1B}"), "\(number)")
            }
            #expect(try await tool.json("mailbox", "list", "--account", "Acme").array?.count == 5)
        }
    }

    @Test func wrongUsage() async throws {
        try await Tool.run { tool, _ in
            try await tool.expectUsageError("mailbox", "create", "--account", "A", "--number", "1")
            try await tool.expectUsageError("mailbox", "create", "--account", "A", "--number", "1", "--name", "X", "--timezone", "nowhere")
            try await tool.expectUsageError("mailbox", "list")
            try await tool.expectUsageError("mailbox", "show", "1")
        }
    }
}
