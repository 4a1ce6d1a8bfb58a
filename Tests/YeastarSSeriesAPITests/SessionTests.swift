import TestKit
import Testing
import Voicemail

@testable import YeastarSSeriesAPI

@Suite("Tokens (S§2.1 to S§2.4, S§2.6)")
struct SessionTests {
    @Test("No token, an unknown one, one logged out, one of another interface")
    func refused() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            let server = world.server
            for path in ["heartbeat", "heartbeat?token=", "heartbeat?token=%20", "heartbeat?Token=x"] {
                #expect(try await server.send("POST", "/api/v1.1.0/\(path)").json == failed("20005"), "\(path)")
            }
            for token in [HexID.random(), "x", "'", String(repeating: "a", count: 5000)] {
                #expect(try await server.send("POST", "/api/v1.1.0/heartbeat?token=\(token)").json == failed("20004"))
            }
            let kazoo = try await server.makeToken(for: world.account)
            #expect(try await server.send("POST", "/api/v1.1.0/heartbeat?token=\(kazoo)").json == failed("20004"))
            #expect(try await world.client.post("logout") == succeeded)
            #expect(try await world.client.post("logout") == failed("20004"))
        }
    }

    @Test("Use keeps a token alive; thirty minutes without it end it; then it is expired for an hour and unknown after")
    func sliding() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            let clock = world.server.clock
            for _ in 0..<5 {
                clock.advance(by: 1800)
                #expect(try await world.client.post("voicemail/query") == succeeded)
            }
            // Written down at most once a minute, and then a minute ahead: never early.
            clock.advance(by: 59)
            #expect(try await world.client.post("heartbeat") == succeeded)
            clock.advance(by: 1800)
            #expect(try await world.client.post("heartbeat") == succeeded)
            clock.advance(by: 1860)
            #expect(try await world.client.post("heartbeat") == failed("20006"))
            #expect(try await world.client.post("heartbeat") == failed("20006"))
            try await world.server.service.housekeeping.sweep()
            #expect(try await world.client.post("heartbeat") == failed("20006"))
            clock.advance(by: 3601)
            try await world.server.service.housekeeping.sweep()
            #expect(try await world.client.post("heartbeat") == failed("20004"))
        }
    }

    @Test("A token that is used often is written down once a minute")
    func writes() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            let hash = world.server.service.secrets.fingerprint(world.client.token)
            func expiry() async throws -> Timestamp? { try await world.server.service.store.read { try $0.ticket(hash: hash)?.expires } }
            let first = try await expiry()
            world.server.clock.advance(by: 60)
            for _ in 0..<3 { _ = try await world.client.post("heartbeat") }
            #expect(try await expiry() == first)
            world.server.clock.advance(by: 1)
            for _ in 0..<3 { _ = try await world.client.post("heartbeat") }
            #expect(try await expiry() == first?.advanced(by: 61))
        }
    }

    @Test("Of more logins in one second than a user has tokens, the first ends, whatever was said with the others since")
    func oldestOfASecondEnds() async throws {
        try await SSeriesWorld.run("v2.0.0") { (world: SSeriesWorld) async throws in
            let server = world.server, user = try await server.makeSSeriesUser(in: world.account)
            var clients: [SSeriesClient] = []
            for number in 0..<APIUsers.mostTokens + 20 {
                // What is kept with a token changes, and its place does not.
                if number == APIUsers.mostTokens {
                    #expect(try await clients[100].post("heartbeat", ["port": "9000", "url": "a"]) == succeeded)
                }
                clients.append(try await server.logIn(user, "v2.0.0"))
            }
            for (number, client) in clients.enumerated() {
                #expect(try await client.post("heartbeat") == (number < 20 ? failed("20004") : succeeded), "login \(number)")
            }
        }
    }

    @Test("Who logs in for each request goes on: beyond as many tokens as one user has, his oldest end, with what refreshes them, and nobody else's")
    func oldestEnd() async throws {
        try await SSeriesWorld.run("v2.0.0") { (world: SSeriesWorld) async throws in
            let server = world.server, user = try await server.makeSSeriesUser(in: world.account)
            let first = try await server.send("POST", "/api/v2.0.0/login", json: user.login()).json
            var clients: [SSeriesClient] = []
            for _ in 0..<APIUsers.mostTokens {
                server.clock.advance(by: 1)
                clients.append(try await server.logIn(user, "v2.0.0"))
            }
            let oldest = SSeriesClient(server: server, version: "v2.0.0", token: first["token"]?.string ?? "")
            #expect(try await oldest.post("heartbeat") == failed("20004"))
            let refreshed = try await server.send("POST", "/api/v2.0.0/token/refresh", json: ["refreshtoken": first["refreshtoken"] ?? .null]).json
            #expect(refreshed == failed("20004"))
            for client in [clients[0], clients[clients.count - 1], world.client] { #expect(try await client.post("heartbeat") == succeeded) }
            let living = try await server.service.tickets.living(of: world.account.id, .sSeries, from: .sSeries)
            #expect(living.count == APIUsers.mostTokens + 1)
        }
    }

    @Test("Tokens outlive a restart, and lie nowhere in clear", .oneServer("it starts again over one data directory"))
    func restart() async throws {
        try await TemporaryDirectory.run { directory in
            let clock = ManualClock()
            let token = try await TestServer.run(in: directory.path + "/data", clock: clock) { server in
                let account = try await server.makeAccount("Acme")
                let client = try await server.logIn(try await server.makeSSeriesUser(in: account))
                let session = try await server.service.tickets.enter(client.token, .sSeries).ticket
                #expect(!"\(session)".contains(client.token))
                return client.token
            }
            try await TestServer.run(in: directory.path + "/data", clock: clock) { server in
                let answer = try await server.send("POST", "/api/v1.1.0/heartbeat?token=\(token)")
                #expect(answer.json == succeeded)
            }
        }
    }

    private static let heartbeats =
        [
            ("", nil), ("{}", nil), (#"{"ipaddr":"10.0.0.1"}"#, nil), (#"{"port":8280}"#, nil), (#"{"url":"report","urltag":"0"}"#, nil),
            (#"{"version":"2.0.0"}"#, nil), (#"{"port":"0"}"#, nil), (#"{"port":"65536"}"#, "20011"), (#"{"ipaddr":"pbx.example.com"}"#, "20011"),
            (#"{"urltag":"yes"}"#, "20011"),
            (#"{"url":"a\nb"}"#, "20011"), (#"{"version":"a very long version"}"#, "20011"), ("nonsense", "20000"),
        ] as [(String, String?)]

    @Test("heartbeat takes any part of its settings, and refuses bad ones")
    func heartbeat() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            for (body, errno) in Self.heartbeats {
                let answer = try await world.client.send("heartbeat", body)
                #expect(answer.json == errno.map(failed) ?? succeeded, "\(body)")
            }
        }
    }

    @Test("A heartbeat changes what it names and keeps the rest")
    func heartbeatMerges() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            _ = try await world.client.post("heartbeat", ["port": "9000", "url": "a"])
            _ = try await world.client.post("heartbeat", ["ipaddr": "10.0.0.1"])
            let session = try await world.server.service.tickets.enter(world.client.token, .sSeries).ticket
            #expect(session.details["report"]?.isEquivalent(to: ["port": 9000, "url": "a", "ipaddr": "10.0.0.1"]) == true)
        }
    }

    @Test("A heartbeat's URL without a tag is relative, as at login; a tag alone stays until a URL comes")
    func heartbeatTag() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            for (body, absolute) in [
                (["url": "192.0.2.150:8280", "urltag": 1], true), (["port": "8281"], true), (["url": "report"], false),
            ] as [(JSON, Bool)] {
                #expect(try await world.client.post("heartbeat", body) == succeeded)
                let session = try await world.server.service.tickets.enter(world.client.token, .sSeries).ticket
                #expect((session.details["report"]?["absolute"]?.bool ?? false) == absolute, "\(body)")
            }
        }
    }

    @Test("Refreshing voids the old pair, once; a refresh token is no token")
    func refresh() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let user = try await server.makeSSeriesUser(in: account)
            let login = try await server.send("POST", "/api/v2.0.0/login", json: user.login()).json
            let client = SSeriesClient(server: server, version: "v2.0.0", token: try #require(login["token"]?.string))
            let refreshing = try #require(login["refreshtoken"]?.string)
            #expect(try await SSeriesClient(server: server, version: "v2.0.0", token: refreshing).post("heartbeat") == failed("20004"))
            _ = try await client.post("heartbeat", ["ipaddr": "10.0.0.7"])
            func refresh(_ token: String) async throws -> JSON {
                try await server.send("POST", "/api/v2.0.0/token/refresh", json: ["refreshtoken": .string(token)]).json
            }
            #expect(try await refresh(client.token) == failed("20004"))
            let next = try await refresh(refreshing)
            #expect(try await client.post("heartbeat") == failed("20004"))
            #expect(try await refresh(refreshing) == failed("20004"))
            let fresh = try #require(next["token"]?.string)
            #expect(try await SSeriesClient(server: server, version: "v2.0.0", token: fresh).post("heartbeat") == succeeded)
            // What a heartbeat has set goes on.
            #expect(try await server.service.tickets.enter(fresh, .sSeries).ticket.details["report"]?["ipaddr"] == "10.0.0.7")
        }
    }

    @Test("A refresh token is good for thirty minutes, gone with its token, and asked for")
    func refreshExpiry() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let user = try await server.makeSSeriesUser(in: account)
            func logIn() async throws -> JSON { try await server.send("POST", "/api/v1.1.0/login", json: user.login()).json }
            func refresh(_ login: JSON) async throws -> JSON {
                try await server.send("POST", "/api/v1.1.0/token/refresh", json: ["refreshtoken": login["refreshtoken"] ?? .null]).json
            }
            let first = try await logIn(), second = try await logIn(), third = try await logIn()
            let client = SSeriesClient(server: server, version: "v1.1.0", token: try #require(third["token"]?.string))
            #expect(try await client.post("logout") == succeeded)
            #expect(try await refresh(third) == failed("20004"))
            server.clock.advance(by: 1799)
            #expect(try await refresh(first)["status"] == "Success")
            server.clock.advance(by: 1)
            #expect(try await refresh(second) == failed("20006"))
            #expect(try await server.send("POST", "/api/v1.1.0/token/refresh", json: [:]).json == failed("10004"))
            #expect(try await server.send("POST", "/api/v1.1.0/token/refresh").json == failed("20007"))
            #expect(try await server.send("POST", "/api/v0.0.1/token/refresh").json == failed("10003"))
        }
    }
}
