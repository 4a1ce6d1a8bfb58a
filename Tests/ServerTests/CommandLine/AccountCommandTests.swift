import Foundation
import TestKit
import Testing
import Voicemail

@Suite struct AccountCommandTests {
    @Test func anAccountsLife() async throws {
        try await Tool.run { tool, _ in
            let made = try await tool.json("account", "create", "Acme Ltd", "--realm", "Acme.Example", "--timezone", "Europe/Dublin")
            #expect(HexID.isValid(made.text("id")))
            #expect(made["name"] == "Acme Ltd")
            #expect(made["timezone"] == "Europe/Dublin")
            for reference in [made.text("id"), "acme.example", "ACME ltd", "acmeltd"] {
                #expect(try await tool.json("account", "show", reference)["id"] == made["id"])
            }
            let all = try await tool.json("account", "list")
            #expect(all.array?.map { $0["id"] } == [made["id"]])
            #expect(try await tool.json("account", "delete", "acmeltd")["id"] == made["id"])
            #expect(try await tool.json("account", "list") == [])
            #expect(try await tool.refusal("account", "show", "acmeltd") == "there is no account acmeltd")
        }
    }

    @Test func everyZoneIsGoodAndKAZOOShowsIt() async throws {
        try await TestServer.run { server in
            let tool = Tool(data: server.directory)
            for zone in ["UTC", "GMT", "EST", "Cuba", "NZ", "Europe/Dublin"] {
                let made = try await tool.json("account", "create", "In \(zone)", "--timezone", zone)
                #expect(made["timezone"] == .string(zone))
                let box = try await tool.json("mailbox", "create", "--account", made.text("id"), "--number", "3000", "--name", "B", "--timezone", zone)
                let account = try #require(try await server.service.accounts.list([made.text("id")]).first)
                let token = try await server.makeToken(for: account)
                let path = "/v2/accounts/\(account.id)"
                #expect(try await server.send("GET", path, token: token).data["timezone"] == .string(zone))
                let shown = try await server.send("GET", path + "/vmboxes/" + box.text("id"), token: token).data
                #expect(shown["timezone"] == .string(zone))
                // What was read can be sent back.
                #expect(try await server.send("POST", path + "/vmboxes/" + box.text("id"), token: token, data: shown).status == 200)
                #expect(server.service.mailboxes.timeZone(of: account).identifier == TimeZone(identifier: zone)?.identifier)
            }
        }
    }

    @Test func accountsBelowAccounts() async throws {
        try await Tool.run { tool, _ in
            let root = try await tool.json("account", "create", "Root", "--superduper-admin")
            #expect(root["superduper_admin"] == true)
            let child = try await tool.json("account", "create", "Child", "--parent", "Root")
            #expect(child["parent_id"] == root["id"])
            #expect(child["superduper_admin"] == nil)
            #expect(try await tool.refusal("account", "delete", "Root") == "the account has others below it; delete those first")
            #expect(try await tool.refusal("account", "create", "Lost", "--parent", "Nobody") == "there is no account Nobody")
            _ = try await tool.json("account", "delete", "Child")
            _ = try await tool.json("account", "delete", "Root")
        }
    }

    @Test func namesakesAreToldApartById() async throws {
        try await Tool.run { tool, _ in
            let first = try await tool.json("account", "create", "Acme")
            for name in ["Acme", "ACME", " a c m e!", first.text("id"), first.text("realm")] {
                let refusal = "there is the account Acme (\(first.text("id"))) already; --allow-duplicate makes another"
                #expect(try await tool.refusal("account", "create", name) == refusal)
            }
            #expect(try await tool.json("account", "list").array?.count == 1)
            let second = try await tool.json("account", "create", "ACME", "--allow-duplicate")
            #expect(try await tool.refusal("account", "show", "acme") == "several accounts are called acme; use the id")
            #expect(try await tool.json("account", "show", second.text("id"))["name"] == "ACME")
            #expect(first["id"] != second["id"])
        }
    }

    @Test func refusals() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme", "--realm", "acme.example")
            #expect(try await tool.refusal("account", "create", "Other", "--realm", "ACME.example") == "realm \"ACME.example\" is taken")
            #expect(try await tool.refusal("account", "create", "") == "name is empty")
            let long = String(repeating: "é", count: 129)
            #expect(try await tool.refusal("account", "create", long) == "name \"\(long)\" is longer than 128 characters")
            // Whatever is in a name, a refusal is one line and no terminal obeys it.
            #expect(try await tool.refusal("account", "show", "a\nb\u{1B}[2J\u{202E}") == "there is no account a\\u{a}b\\u{1b}[2J\\u{202e}")
            #expect(try await tool.json("account", "list").array?.count == 1)
        }
    }

    @Test func wrongUsage() async throws {
        try await Tool.run { tool, _ in
            try await tool.expectUsageError("account", "create")
            try await tool.expectUsageError("account", "create", "A", "--timezone", "Mars/Olympus")
            try await tool.expectUsageError("account", "create", "A", "--colour", "red")
            try await tool.expectUsageError("account", "frobnicate")
            try await tool.expectUsageError("account", "show")
            #expect(!FileManager.default.fileExists(atPath: tool.data))
        }
    }

    @Test func peopleSeeColumnsAndLabels() async throws {
        try await Tool.run { tool, _ in
            let made = try await tool("account", "create", "Acme", "--realm", "acme.example")
            #expect(made.output.contains("name:             Acme\n") || made.output.contains("name:    Acme\n"))
            let listed = try await tool("account", "list")
            let lines = listed.output.split(separator: "\n")
            #expect(lines.first == "id\tname\trealm")
            #expect(lines.last?.hasSuffix("\tAcme\tacme.example") == true)
        }
    }
}
