import Foundation
import TestKit
import Testing
import Voicemail

/// What an operator changes day by day, while the server runs.
@Suite struct DailyWorkTests {
    private func login(_ username: String, _ password: String, _ server: TestServer) async throws -> Int {
        let digest = LoginDigest.md5.digest(username, password)
        return try await server.send("PUT", "/v2/user_auth", data: ["credentials": .string(digest), "account_name": "Acme"]).status
    }

    @Test func aUserIsShownChangedAndGivenAPassword() async throws {
        try await Tool.run { tool, scratch in
            try await TestServer.run(in: tool.data, hashCost: 16_384) { server in
                _ = try await tool.json("account", "create", "Acme")
                _ = try await tool.json("user", "create", "--account", "Acme", "--username", "anna", input: "first\n")
                let changed = try await tool.json(
                    "user", "update", "--account", "Acme", "anna", "--email", "anna@acme.example", "--first-name", "Anna", "--timezone", "Europe/Dublin",
                    "--admin")
                #expect(
                    [changed["email"], changed["first_name"], changed["timezone"], changed["priv_level"]] == [
                        "anna@acme.example", "Anna", "Europe/Dublin", "admin",
                    ])
                let shown = try await tool.json("user", "show", "--account", "Acme", "ANNA")
                #expect(shown == changed && shown["password"] == nil)
                #expect(try await login("anna", "first", server) == 201)
                let back = try await tool.json("user", "update", "--account", "Acme", "anna", "--no-admin", "--disable-logins")
                #expect(back["priv_level"] == "user" && back["enabled"] == false)
                #expect(try await login("anna", "first", server) != 201)
                _ = try await tool.json("user", "update", "--account", "Acme", "anna", "--enable-logins")
                _ = try await tool.json("user", "passwd", "--account", "Acme", "anna", input: "second\n")
                #expect(try await login("anna", "first", server) == 401)
                #expect(try await login("anna", "second", server) == 201)
                // Digests hold the name, so a new one comes with the password.
                let password = try scratch.write("third\n", to: "password")
                _ = try await tool.json("user", "update", "--account", "Acme", "anna", "--username", "ann", "--password-file", password)
                #expect(try await login("ann", "third", server) == 201)
                #expect(try await tool.refusal("user", "show", "--account", "Acme", "anna") == "there is no user anna in the account")
                #expect(try await tool.refusal("user", "passwd", "--account", "Acme", "ann") == "standard input holds no secret")
                try await tool.expectUsageError("user", "update", "--account", "Acme", "ann")
                try await tool.expectUsageError("user", "update", "--account", "Acme", "ann", "--password-file", password)
            }
        }
    }

    @Test func aMailboxIsChanged() async throws {
        try await TestServer.run { server in
            try await TemporaryDirectory.run { scratch in
                let tool = Tool(data: server.directory)
                let world = try await server.makeWorld()
                let pin = try scratch.write("4321\n", to: "pin")
                let changed = try await tool.json(
                    "mailbox", "update", "--account", "Acme", "3000", "--name", "Front desk", "--number", "3005", "--owner", "anna", "--pin-file", pin,
                    "--timezone", "Europe/Dublin", "--notify", "a@acme.example", "--notify", "b@acme.example")
                #expect(
                    [changed["name"], changed["number"], changed["owner_id"], changed["timezone"]] == [
                        "Front desk", "3005", .string(world.user.id), "Europe/Dublin",
                    ])
                #expect(changed["pin"] == nil)
                let seen = try await server.send("GET", world.boxPath, token: world.token).data
                #expect(seen["pin"] == "4321")
                #expect(seen["notify_email_addresses"] == ["a@acme.example", "b@acme.example"])
                // What is not said stays.
                let bare = try await tool.json("mailbox", "update", "--account", "Acme", "3005", "--no-owner", "--no-pin", "--no-notify", "--disable-messages")
                #expect(bare["owner_id"] == nil && bare["name"] == "Front desk" && bare["enabled"] == false)
                let after = try await server.send("GET", world.boxPath, token: world.token).data
                #expect(after["pin"] == nil && after["notify_email_addresses"] == [])
                _ = try await server.makeMailbox("3001", in: world.account)
                #expect(try await tool.refusal("mailbox", "update", "--account", "Acme", "3005", "--number", "3001") == "mailbox \"3001\" is taken")
                #expect(
                    try await tool.refusal("mailbox", "update", "--account", "Acme", "3005", "--greeting", "x.wav", "--name", "Y")
                        == "there is no greeting x.wav there")
                #expect(try await tool.json("mailbox", "show", "--account", "Acme", "3005")["name"] == "Front desk")
                try await tool.expectUsageError("mailbox", "update", "--account", "Acme", "3005")
                try await tool.expectUsageError("mailbox", "update", "--account", "Acme", "3005", "--owner", "anna", "--no-owner")
                try await tool.expectUsageError("mailbox", "update", "--account", "Acme", "3005", "--number", "abc")
            }
        }
    }

    @Test func anAccountIsChanged() async throws {
        try await Tool.run { tool, _ in
            let made = try await tool.json("account", "create", "Acme", "--realm", "acme.example")
            let changed = try await tool.json(
                "account", "update", "Acme", "--name", "Acme Ltd", "--realm", "new.example", "--timezone", "Europe/Dublin", "--message-days", "30",
                "--recording-days", "90", "--recording-bytes", "1000000")
            #expect(changed["id"] == made["id"])
            #expect(
                [changed["name"], changed["realm"], changed["timezone"], changed["message_retention_duration"], changed["recording_retention_days"]]
                    == ["Acme Ltd", "new.example", "Europe/Dublin", 30, 90])
            #expect(try await tool.json("account", "update", "new.example", "--disable-logins")["name"] == "Acme Ltd")
            #expect(try await tool.json("account", "update", "new.example", "--enable-own-recordings")["owners_hear_recordings"] == true)
            #expect(try await tool.json("account", "update", "new.example", "--disable-own-recordings")["owners_hear_recordings"] == false)
            #expect(try await tool.json("account", "update", "new.example", "--enable-client-notices")["notify_of_client_messages"] == true)
            #expect(try await tool.json("account", "update", "new.example", "--disable-client-notices")["notify_of_client_messages"] == false)
            _ = try await tool.json("account", "create", "Other", "--realm", "other.example")
            #expect(try await tool.refusal("account", "update", "Other", "--realm", "new.example") == "realm \"new.example\" is taken")
            #expect(try await tool.refusal("account", "update", "Other", "--message-days", "0")?.contains("less than 1") == true)
            try await tool.expectUsageError("account", "update", "Other")
        }
    }

    @Test func aKeyIsRevoked() async throws {
        try await TestServer.run { server in
            let tool = Tool(data: server.directory)
            _ = try await server.makeWorld()
            let key = try await tool.json("key", "create", "--account", "Acme", "--kind", "kazoo")
            func logIn() async throws -> Int { try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(key.text("api_key"))]).status }
            #expect(try await logIn() == 201)
            #expect(try await tool.json("key", "revoke", "--account", "Acme", key.text("id"))["id"] == key["id"])
            #expect(try await logIn() == 404)
        }
    }

    @Test func listsGoOnBehindTheLastOne() async throws {
        try await Tool.run { tool, _ in
            for name in ["A", "B", "C", "D"] {
                _ = try await tool.json("account", "create", name)
                _ = try await tool.json("mailbox", "create", "--account", "A", "--number", "10\(name.utf8.first ?? 0)", "--name", name)
                _ = try await tool.json("user", "create", "--account", "A", "--username", name, input: "secret")
            }
            for list in [["account", "list"], ["mailbox", "list", "--account", "A"], ["user", "list", "--account", "A"]] {
                func page(_ more: String...) async throws -> [JSON] {
                    let outcome = try await CommandLineProgram.run(list + more + ["--data", tool.data, "--json"])
                    return outcome.json.array ?? []
                }
                let all = try await page()
                #expect(all.count == 4)
                let first = try await page("--limit", "2")
                let second = try await page("--limit", "2", "--after", first.last?.text("id") ?? "")
                let third = try await page("--limit", "2", "--after", second.last?.text("id") ?? "")
                #expect(first + second == all && third == [])
                #expect(try await CommandLineProgram.run(list + ["--data", tool.data, "--limit", "0"]).status == 2)
            }
        }
    }
}
