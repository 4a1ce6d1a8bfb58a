import TestKit
import Testing
import Voicemail

@Suite struct KeyAndTokenCommandTests {
    private func logIn(_ key: String, _ server: TestServer) async throws -> Answer {
        try await server.send("PUT", "/v2/api_auth", data: ["api_key": .string(key)])
    }

    @Test func aKeyOpensUntilItIsWithdrawn() async throws {
        try await TestServer.run { server in
            let tool = Tool(data: server.directory)
            let world = try await server.makeWorld()
            let key = try await tool.json("key", "create", "--account", "Acme", "--kind", "kazoo", "--name", "CRM")
            let answer = try await logIn(key.text("api_key"), server)
            #expect(answer.status == 201)
            let token = answer.json.text("auth_token")
            #expect(try await server.send("GET", world.boxPath, token: token).status == 200)

            let listed = try await tool.json("key", "list", "--account", "Acme")
            #expect(listed.array?.map { [$0["id"], $0["name"], $0["kind"]] } == [[key["id"], "CRM", "kazoo"]])
            #expect(!listed.encoded.contains(key.text("api_key")))
            #expect(try await tool.json("key", "delete", "--account", "Acme", key.text("id"))["id"] == key["id"])
            #expect(try await logIn(key.text("api_key"), server).status == 404)
            #expect(try await server.send("GET", world.boxPath, token: token).status == 401)
            #expect(try await tool.refusal("key", "delete", "--account", "Acme", key.text("id")) == "there is no key \(key.text("id")) in the account")
        }
    }

    @Test func anSSeriesKeyIsAUserWithAPassword() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme")
            let key = try await tool.json("key", "create", "--account", "Acme", "--kind", "s-series", "--name", "hotel")
            #expect(key["username"] == "hotel")
            #expect(key.text("password").count >= 16)
            let listed = try await tool.json("key", "list", "--account", "Acme")
            #expect(listed.array?.map { $0["id"] } == [key["id"]])
            #expect(!listed.encoded.contains(key.text("password")))
        }
    }

    @Test func aPSeriesKeyIsAnApplication() async throws {
        try await TestServer.run { server in
            let tool = Tool(data: server.directory)
            _ = try await server.makeWorld()
            let key = try await tool.json(
                "key", "create", "--account", "Acme", "--kind", "p-series", "--name", "CRM", "--allow", "voicemail", "--allow", "recordings", "--from",
                "127.0.0.0/8")
            #expect(key.text("client_id").utf8.count == 32 && key.text("client_secret").utf8.count == 32 && key["name"] == "CRM")
            let login = try await server.send(
                "POST", "/openapi/v1.0/get_token", json: ["username": key["client_id"] ?? .null, "password": key["client_secret"] ?? .null])
            let token = login.json.text("access_token")
            func code(_ endpoint: String) async throws -> JSON? {
                try await server.send("GET", "/openapi/v1.0/\(endpoint)?access_token=\(token)").json["errcode"]
            }
            #expect(try await code("vm_group/list") == 0)
            #expect(try await code("recording/list") == 0)
            #expect(try await code("extension/list") == 10005)
            let listed = try await tool.json("key", "list", "--account", "Acme")
            #expect(!listed.encoded.contains(key.text("client_secret")))
            _ = try await tool.json("key", "delete", "--account", "Acme", key.text("id"))
            #expect(try await code("vm_group/list") == 10004)
            try await tool.expectUsageError("key", "create", "--account", "Acme", "--kind", "p-series", "--allow", "everything")
            try await tool.expectUsageError("key", "create", "--account", "Acme", "--kind", "p-series", "--from", "nowhere")
            try await tool.expectUsageError("key", "create", "--account", "Acme", "--kind", "kazoo", "--allow", "voicemail")
        }
    }

    @Test func wrongUsage() async throws {
        try await Tool.run { tool, _ in
            try await tool.expectUsageError("key", "create", "--account", "Acme", "--kind", "other")
            try await tool.expectUsageError("key", "create", "--account", "Acme")
        }
    }

    @Test func aUsersLoginIsNoKey() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme")
            let user = try await tool.json("user", "create", "--account", "Acme", "--username", "anna", input: "x")
            #expect(try await tool.json("key", "list", "--account", "Acme") == [])
            #expect(try await tool.refusal("key", "delete", "--account", "Acme", user.text("id") + "-md5") != nil)
        }
    }

    @Test func aTokenOpensForAsLongAsItSays() async throws {
        let clock = ManualClock(SystemClock().now)
        try await TestServer.run(clock: clock) { server in
            let tool = Tool(data: server.directory)
            let world = try await server.makeWorld()
            let token = try await tool.json("token", "create", "--account", "Acme", "--user", "anna", "--ttl", "600")
            #expect(token["user_id"] == .string(world.user.id))
            #expect(token.text("token").split(separator: ".").count == 3)
            #expect(try await server.send("GET", world.boxPath, token: token.text("token")).status == 200)
            // The program goes by the machine's clock, and may have been slow.
            clock.advance(by: 7_000)
            #expect(try await server.send("GET", world.boxPath, token: token.text("token")).status == 401)
            let plain = try await CommandLineProgram.run(["token", "create", "--account", "Acme", "--data", server.directory])
            #expect(plain.output.hasPrefix("token: ey"))
        }
    }

    @Test func wrongTokens() async throws {
        try await Tool.run { tool, _ in
            _ = try await tool.json("account", "create", "Acme")
            try await tool.expectUsageError("token", "create", "--account", "Acme", "--ttl", "0")
            try await tool.expectUsageError("token", "create", "--account", "Acme", "--ttl", "315360001")
            try await tool.expectUsageError("token", "create", "--account", "Acme", "--ttl", "soon")
            #expect(try await tool.refusal("token", "create", "--account", "Acme", "--user", "x") == "there is no user x in the account")
            _ = try await tool.json("token", "create", "--account", "Acme", "--ttl", "315360000")
            _ = try await tool.json("token", "create", "--account", "Acme", "--ttl", "1")
        }
    }
}
