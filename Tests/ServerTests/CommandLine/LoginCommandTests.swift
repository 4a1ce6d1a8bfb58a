import Server
import TestKit
import Testing
import Voicemail
import YeastarSSeriesAPI

/// `aftertone login` beside a server that locks out.
struct LoginCommandTests {
    private static func login(_ arguments: [String], _ server: TestServer) async throws -> CommandLineProgram.Outcome {
        try await CommandLineProgram.run(["login"] + arguments + ["--data", server.directory, "--json"])
    }

    private static func logIn(_ server: TestServer, _ name: String, _ password: String) async throws -> JSON? {
        let digest = APIUsers.digest(ofPassword: password)
        let body: JSON = ["username": .string(name), "password": .string(digest), "port": "1"]
        return try await server.send("POST", "/api/v1.1.0/login", json: body).json["errno"]
    }

    @Test("Who is locked out is listed and let in again while the server runs", arguments: ["127.0.0.1", "--all"])
    func unlock(argument: String) async throws {
        // Commands go by the machine's clock.
        let clock = ManualClock(SystemClock().now)
        try await TestServer.run(clock: clock) { (server: TestServer) async throws in
            let account = try await server.makeAccount("Acme")
            let user = try await APIUsers(server.service).create(name: "crm", in: account)
            #expect(try await Self.login(["list"], server).json == [])
            for _ in 0..<5 { #expect(try await Self.logIn(server, "crm", "wrong") == "20003") }
            #expect(try await Self.logIn(server, "crm", user.secret) == "20002")

            let listed = try await Self.login(["list"], server).json.array ?? []
            #expect(Set(listed.compactMap { $0["subject"]?.string }) == ["127.0.0.1", "crm"])
            #expect(listed.allSatisfy { $0["failures"] == 5 && $0["last"] == .string(clock.now.iso8601) })
            let locked = try await Self.login(["list", "--locked"], server).json.array ?? []
            #expect(locked.map { $0["subject"] } == ["127.0.0.1"])
            #expect(locked.map { $0["kind"] } == ["source"])
            #expect(locked.map { $0["locked_until"] } == [.string(clock.now.advanced(by: 600).iso8601)])

            let lifted = try await Self.login(["unlock", argument], server)
            #expect(lifted.status == 0)
            #expect(lifted.json.array?.contains { $0["id"] == "127.0.0.1" } == true)
            #expect(try await Self.logIn(server, "crm", user.secret) == nil)
            #expect(try await Self.login(["list"], server).json == [])
            let again = try await Self.login(["unlock", "127.0.0.1"], server)
            #expect(again.status == 1)
            #expect(again.refusal == "no failed logins are counted for 127.0.0.1")
        }
    }

    @Test("A login is let in again by its name, and stays the others'")
    func names() async throws {
        let clock = ManualClock(SystemClock().now)
        try await TestServer.run(clock: clock) {
            $0.logins.maximumFailuresOfLogin = 1
        } _: { (server: TestServer) async throws in
            let account = try await server.makeAccount("Acme")
            let user = try await APIUsers(server.service).create(name: "crm", in: account)
            for name in ["crm", "other"] { #expect(try await Self.logIn(server, name, "wrong") == "20003") }
            #expect(try await Self.logIn(server, "crm", user.secret) == "20002")
            #expect(try await Self.login(["unlock", "crm"], server).json.array?.map { $0["kind"] } == ["login"])
            #expect(try await Self.logIn(server, "crm", user.secret) == nil)
            // What nobody is called is let in by its id.
            let id = try #require(try await Self.login(["list"], server).json.array?.first?["id"]?.string)
            #expect(try await Self.login(["unlock", id], server).status == 0)
            #expect(try await Self.login(["list"], server).json == [])
        }
    }

    @Test("What to unlock has to be said, and once")
    func usage() async throws {
        try await Tool.run { tool, _ in
            try await tool.expectUsageError("login", "unlock")
            try await tool.expectUsageError("login", "unlock", "127.0.0.1", "--all")
        }
    }

    @Test("Metrics tell of failures, refusals and lock-outs")
    func metrics() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            for _ in 0..<7 { _ = try await Self.logIn(server, "crm", "wrong") }
            let lines = try await server.send("GET", "/metrics").text.split(separator: "\n").map(String.init)
            for line in [
                #"aftertone_login_failures_total{interface="s-series"} 5"#, #"aftertone_logins_refused_total{interface="s-series"} 2"#,
                #"aftertone_login_lockouts_total{subject="source"} 1"#, #"aftertone_login_lockouts_total{subject="login"} 0"#,
            ] {
                #expect(lines.contains(line), "\(line)")
            }
        }
    }
}
