import TestKit
import Testing
import Voicemail
import YeastarSSeriesAPI

@Suite("login (S§2.1)")
struct LoginTests {
    private func logIn(_ server: TestServer, _ body: JSON, _ version: String = "v1.1.0") async throws -> JSON {
        try await server.send("POST", "/api/\(version)/login", json: body).json
    }

    private func withUser(_ body: @Sendable (TestServer, SSeriesUser) async throws -> Void) async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            try await body(server, try await server.makeSSeriesUser(in: account))
        }
    }

    @Test("The digest in either case, the port as text or number")
    func accepted() async throws {
        try await withUser { (server, user) async throws in
            let digest = MD5.hex(user.password)
            for (password, port) in [(digest, "8260" as JSON), (digest.uppercased(), 8260), (" \(digest) ", "1"), (digest, 65_535)] {
                let answer = try await logIn(server, ["username": .string(user.name), "password": .string(password), "port": port])
                #expect(answer["status"] == "Success")
            }
        }
    }

    private static let refusals = [
        (#"{}"#, "10004"), ("", "20007"), (#"{"username":"u","password":"p"}"#, "20003"), (#"{"username":"u","port":"1"}"#, "10004"),
        (#"{"password":"p","port":"1"}"#, "10004"), (#"{"username":"","password":"p","port":"1"}"#, "10004"), ("hello", "20000"),
        (#"{"username":"u","password":"p","port":"0"}"#, "20003"), (#"{"username":"u","password":"p","port":"65536"}"#, "20008"),
        (#"{"username":"u","password":"p","port":"-1"}"#, "20008"), (#"{"username":"u","password":"p","port":"http"}"#, "20008"),
        (#"{"username":"u","password":"p","port":"1","urltag":"2"}"#, "20011"),
        (#"{"username":"u","password":"p","port":"1","url":"a b"}"#, "20011"),
        (#"{"username":"u","password":"p","port":"1"}"#, "20003"), ("<xml><username>u</username></xml>", "10002"),
    ]

    @Test("What is missing, and what is wrong")
    func refused() async throws {
        try await TestServer.run { server in
            for (body, errno) in Self.refusals {
                let answer = try await server.send("POST", "/api/v1.1.0/login", body: Array(body.utf8))
                #expect(answer.status == 200, "\(body)")
                #expect(answer.json == failed(errno), "\(body)")
            }
        }
    }

    @Test(
        "The port is required by v0.0.1 alone; 8260 is meant where it is missing",
        arguments: [
            ("v0.0.1", false), ("v1.0.0", true), ("v1.0.2", true), ("v1.1.0", true), ("v1.10", true), ("v2.0.0", true),
        ])
    func port(version: String, succeeds: Bool) async throws {
        try await withUser { (server, user) async throws in
            let answer = try await logIn(server, user.login([:]), version)
            #expect((answer["status"] == "Success") == succeeds)
            if !succeeds { #expect(answer == failed("10004")) }
        }
    }

    @Test("0 is a port, and stands for no reports", arguments: ["v0.0.1", "v1.0.0", "v1.1.0", "v1.10", "v2.0.0"])
    func noPort(version: String) async throws {
        try await withUser { (server, user) async throws in
            for port in ["0", 0] as [JSON] { #expect(try await logIn(server, user.login(["port": port]), version)["status"] == "Success") }
            #expect(try await logIn(server, user.login(["port": "-1"]), version) == failed("20008"))
        }
    }

    @Test("A wrong name and a wrong password are the same failure, in every version", arguments: ["v0.0.1", "v1.0.0", "v1.1.0", "v2.0.0"])
    func wrong(version: String) async throws {
        try await withUser { (server, user) async throws in
            #expect(
                try await logIn(server, ["username": .string(user.name), "password": "e10adc3949ba59abbe56e057f20f883e", "port": "1"], version)
                    == failed("20003"))
            #expect(try await logIn(server, ["username": "nobody", "password": .string(MD5.hex(user.password)), "port": "1"], version) == failed("20003"))
            // The password itself is not its digest.
            #expect(try await logIn(server, ["username": .string(user.name), "password": .string(user.password), "port": "1"], version) == failed("20003"))
        }
    }

    @Test("Each login has a token of its own, and the earlier ones stay good")
    func several() async throws {
        try await withUser { (server, user) async throws in
            let first = try await server.logIn(user), second = try await server.logIn(user)
            #expect(first.token != second.token)
            #expect(try await first.post("heartbeat") == succeeded)
            #expect(try await second.post("heartbeat") == succeeded)
        }
    }

    @Test("A user whose account is switched off or gone cannot log in, and his tokens are nothing")
    func disabledAccount() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let user = try await server.makeSSeriesUser(in: account)
            let client = try await server.logIn(user)
            _ = try await server.service.accounts.change(account.id, .patch(["enabled": false]))
            #expect(try await client.post("heartbeat") == failed("20004"))
            #expect(try await logIn(server, user.login()) == failed("20003"))
        }
    }

    @Test("A withdrawn credential ends its sessions")
    func withdrawn() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let client = try await server.logIn(try await server.makeSSeriesUser(in: account))
            for credential in try await server.service.access.credentials(of: account) {
                try await server.service.access.removeCredential(credential.id, in: account)
            }
            #expect(try await client.post("heartbeat") == failed("20004"))
        }
    }

    @Test("Five failures in a row lock the address for ten minutes, the right password too; a success forgets them")
    func lockOut() async throws {
        try await withUser { (server, user) async throws in
            let wrong: JSON = ["username": .string(user.name), "password": "0", "port": "1"]
            for _ in 0..<4 { #expect(try await logIn(server, wrong) == failed("20003")) }
            #expect(try await logIn(server, user.login())["status"] == "Success")
            for _ in 0..<5 { #expect(try await logIn(server, wrong) == failed("20003")) }
            #expect(try await logIn(server, user.login()) == failed("20002"))
            #expect(try await logIn(server, wrong, "v0.0.1") == failed("20002"))
            // What is wrong with a request is said before who may log in.
            #expect(try await logIn(server, [:]) == failed("10004"))
            server.clock.advance(by: 599)
            #expect(try await logIn(server, user.login()) == failed("20002"))
            server.clock.advance(by: 1)
            #expect(try await logIn(server, user.login())["status"] == "Success")
        }
    }

    @Test("Many guesses at once are no more than many in a row")
    func parallelGuesses() async throws {
        try await withUser { (server, user) async throws in
            let answers = try await withThrowingTaskGroup(of: JSON.self) { group in
                for guess in 0..<40 {
                    group.addTask { try await logIn(server, ["username": .string(user.name), "password": .string("\(guess)"), "port": "1"]) }
                }
                return try await group.reduce(into: [JSON]()) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0 == failed("20003") || $0 == failed("20002") })
            #expect(try await logIn(server, user.login()) == failed("20002"))
        }
    }
}

@Suite("Users of the interface")
struct SSeriesUserTests {
    @Test("A name is one user's on the whole server; one that is taken gets something added, and without one a name is made up")
    func names() async throws {
        try await TestServer.run { server in
            let one = try await server.makeAccount("One"), other = try await server.makeAccount("Other")
            let first = try await server.makeSSeriesUser(in: one, name: "crm"), second = try await server.makeSSeriesUser(in: other, name: "crm")
            #expect(first.name == "crm")
            #expect(second.name.wholeMatch(of: /crm-[0-9a-f]{8}/) != nil)
            for (user, account) in [(first, one), (second, other)] {
                let login = try await APIUsers(server.service).logIn(user.name, digest: MD5.hex(user.password))
                #expect(login.account.id == account.id)
            }
            #expect(try await server.makeSSeriesUser(in: one, name: "").name.wholeMatch(of: /api-[0-9a-f]{8}/) != nil)
            #expect(try await server.makeSSeriesUser(in: one).name.wholeMatch(of: /api-[0-9a-f]{8}/) != nil)
        }
    }

    @Test("A name at the longest and one past")
    func length() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            _ = try await server.makeSSeriesUser(in: account, name: String(repeating: "ü", count: 64))
            await #expect(throws: VoicemailError.self) { try await server.makeSSeriesUser(in: account, name: String(repeating: "ü", count: 65)) }
        }
    }

    @Test("Neither the password nor its digest is stored")
    func stored() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let user = try await server.makeSSeriesUser(in: account)
            for credential in try await server.service.access.credentials(of: account) {
                let text = "\(credential)"
                #expect(!text.contains(user.password))
                #expect(!text.contains(MD5.hex(user.password)))
            }
        }
    }
}
