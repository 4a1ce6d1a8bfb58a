import TestKit
import Testing
import Voicemail

@Suite struct UserCommandTests {
    private func login(_ username: String, _ password: String, _ server: TestServer) async throws -> Int {
        let digest = LoginDigest.md5.digest(username, password)
        return try await server.send("PUT", "/v2/user_auth", data: ["credentials": .string(digest), "account_name": "Acme"]).status
    }

    /// While the server runs: what the command makes, the server knows at once.
    @Test func passwordsFromInputAndFileLogIn() async throws {
        try await Tool.run { tool, scratch in
            try await TestServer.run(in: tool.data, hashCost: 16_384) { server in
                _ = try await tool.json("account", "create", "Acme")
                let password = try scratch.write("from a file, with spaces \r\nsecond line\n", to: "password")
                let anna = try await tool.json("user", "create", "--account", "Acme", "--username", "Anna", "--admin", input: "s3cret\n")
                #expect(anna["priv_level"] == "admin")
                #expect(anna["first_name"] == "Anna")
                let ben = try await tool.json(
                    "user", "create", "--account", "Acme", "--username", "ben", "--email", "ben@acme.example", "--first-name", "Ben",
                    "--password-file", password)
                #expect(ben["priv_level"] == "user")
                #expect(ben["email"] == "ben@acme.example")
                #expect(ben["first_name"] == "Ben")
                #expect(ben["password"] == nil)
                let listed = try await tool.json("user", "list", "--account", "Acme")
                #expect(listed.array?.compactMap { $0["username"] } == ["Anna", "ben"])
                #expect(try await login("anna", "s3cret", server) == 201)
                #expect(try await login("anna", "s3cret\n", server) == 401)
                #expect(try await login("ben", "from a file, with spaces ", server) == 201)
                _ = try await tool.json("user", "delete", "--account", "Acme", "ben")
                #expect(try await login("ben", "from a file, with spaces ", server) == 401)
            }
        }
    }

    @Test func refusals() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme")
            _ = try await tool.json("user", "create", "--account", "Acme", "--username", "anna", input: "one")
            #expect(try await tool.refusal("user", "create", "--account", "Acme", "--username", "ANNA", input: "two") == "username \"ANNA\" is taken")
            #expect(try await tool.refusal("user", "create", "--account", "Acme", "--username", "ben") == "standard input holds no secret")
            #expect(try await tool.refusal("user", "create", "--account", "Acme", "--username", "ben", input: "\n") == "standard input holds no secret")
            #expect(
                try await tool.refusal("user", "create", "--account", "Acme", "--username", "ben", "--password-file", "/nowhere")
                    == "/nowhere cannot be read: No such file or directory")
            #expect(
                try await tool.refusal("user", "create", "--account", "Acme", "--username", "ben", "--email", "nobody", input: "x")
                    == "email \"nobody\" is no address such as anna@example.com")
            // A secret that is refused is not shown either.
            let long = String(repeating: "p", count: 257)
            #expect(
                try await tool.refusal("user", "create", "--account", "Acme", "--username", "ben", input: long)
                    == "password is longer than 256 characters")
            let endless = String(repeating: "p", count: 4097), file = try scratch.write(Array(endless.utf8), to: "endless")
            #expect(
                try await tool.refusal("user", "create", "--account", "Acme", "--username", "ben", input: endless)
                    == "standard input holds a line of more than 4096 bytes")
            #expect(
                try await tool.refusal("user", "create", "--account", "Acme", "--username", "ben", "--password-file", file)
                    == "\(file) holds a line of more than 4096 bytes")
            #expect(try await tool.refusal("user", "delete", "--account", "Acme", "nobody") == "there is no user nobody in the account")
            let binary = try scratch.write([0xFF, 0xFE], to: "binary")
            #expect(
                try await tool.refusal("user", "create", "--account", "Acme", "--username", "ben", "--password-file", binary)
                    == "\(binary) does not hold UTF-8 text")
        }
    }

    @Test func wrongUsage() async throws {
        try await Tool.run { tool, _ in
            try await tool.expectUsageError("user", "create", "--account", "Acme")
            try await tool.expectUsageError("user", "create", "--username", "anna")
            // A password on the command line would be seen by everybody.
            try await tool.expectUsageError("user", "create", "--account", "Acme", "--username", "anna", "--password", "x")
        }
    }
}
