import Crypto
import Foundation
import KazooAPI
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// Failed logins count at every interface alike, and outlive the process (N§2.3-22).
@Suite struct LoginGuardTests {
    /// A login of each interface, from whatever address: the test's server believes in X-Forwarded-For.
    private struct Doors: Sendable {
        let server: TestServer
        let world: TestWorld
        let apiUser: IssuedCredential
        let application: IssuedCredential

        init(_ server: TestServer) async throws {
            self.server = server
            world = try await server.makeWorld()
            apiUser = try await APIUsers(server.service).create(name: "crm", in: world.account)
            application = try await Applications(server.service).create(name: "app", in: world.account)
        }

        private func send(_ method: String, _ path: String, _ json: JSON, from address: String) async throws -> Answer {
            try await server.send(
                method, path, headers: ["Content-Type": "application/json", "User-Agent": "test", "X-Forwarded-For": address], json: json)
        }

        /// The status.
        func kazoo(_ password: String = TestWorld.password, account: String = "Acme", from address: String = "203.0.113.1") async throws -> Int {
            let digest = LoginDigest.md5.digest(TestWorld.username, password)
            return try await send("PUT", "/v2/user_auth", ["data": ["credentials": .string(digest), "account_name": .string(account)]], from: address).status
        }

        func basic(_ user: String, _ password: String, from address: String) async throws -> Int {
            let words = Data("\(world.account.id):\(user):\(password)".utf8).base64EncodedString()
            return try await server.send("GET", world.accountPath, headers: ["Authorization": "Basic " + words, "X-Forwarded-For": address]).status
        }

        /// The code.
        func pSeries(_ secret: String? = nil, id: String? = nil, from address: String = "203.0.113.1") async throws -> Int? {
            let form: JSON = ["username": .string(id ?? application.credential.handle), "password": .string(secret ?? application.secret)]
            return try await send("POST", "/openapi/v1.0/get_token", form, from: address).json["errcode"]?.int
        }

        /// The number; empty for success.
        func sSeries(_ password: String? = nil, name: String = "crm", from address: String = "203.0.113.1") async throws -> String {
            let digest = HexID.encode(Insecure.MD5.hash(data: Array((password ?? apiUser.secret).utf8)))
            let form: JSON = ["username": .string(name), "password": .string(digest), "port": "8260"]
            return try await send("POST", "/api/v1.1.0/login", form, from: address).json["errno"]?.string ?? ""
        }
    }

    private static func run(
        _ configure: (inout Configuration) -> Void = { _ in }, _ body: @Sendable (Doors) async throws -> Void
    ) async throws {
        try await TestServer.run {
            Self.trust(&$0)
            configure(&$0)
        } _: { (server: TestServer) async throws in
            try await body(try await Doors(server))
        }
    }

    private static func trust(_ configuration: inout Configuration) {
        configuration.http.trustedProxies = [NetworkRange("127.0.0.0/8")].compactMap { $0 }
    }

    @Test("What fails at one interface counts at the others, each of which locks by its own number")
    func acrossInterfaces() async throws {
        try await Self.run { (doors: Doors) async throws in
            for _ in 0..<2 { #expect(try await doors.kazoo("wrong") == 401) }
            #expect(try await doors.pSeries("wrong") == -1)
            #expect(try await doors.sSeries("wrong") == "20003")
            #expect(try await doors.sSeries("wrong", name: "nobody") == "20003")
            #expect(try await doors.sSeries() == "20002")
            #expect(try await doors.pSeries() == 70004)
            for _ in 0..<5 { #expect(try await doors.kazoo("wrong") == 401) }
            #expect(try await doors.kazoo() == 429)
            #expect(try await doors.kazoo(from: "203.0.113.2") == 201)
            doors.server.clock.advance(by: 300)
            #expect(try await doors.pSeries() == 70004)
            #expect(try await doors.kazoo() == 201)
            // A success resets the address everywhere.
            #expect(try await doors.pSeries() == 0)
            #expect(try await doors.sSeries() == "")
        }
    }

    @Test("Addresses of one IPv6 network are one source")
    func networks() async throws {
        try await Self.run { (doors: Doors) async throws in
            for number in 0..<5 { #expect(try await doors.sSeries("wrong", from: "2001:db8::\(number)") == "20003") }
            #expect(try await doors.sSeries(from: "2001:db8::ffff") == "20002")
            #expect(try await doors.sSeries(from: "2001:db8:0:1::") == "")
        }
    }

    @Test("A login is locked by failures from many addresses, and success of another login changes nothing about that")
    func oneLogin() async throws {
        try await Self.run {
            $0.logins.maximumFailuresOfLogin = 4
        } _: { (doors: Doors) async throws in
            let other = try await Applications(doors.server.service).create(name: "mine", in: doors.world.account)
            for number in 0..<4 {
                #expect(try await doors.pSeries("wrong", from: "203.0.113.\(number)") == -1)
                #expect(try await doors.sSeries("wrong", from: "198.51.100.\(number)") == "20003")
                // With a login of his own the guesser keeps his address free, and no more.
                #expect(try await doors.pSeries(other.secret, id: other.credential.handle, from: "203.0.113.\(number)") == 0)
            }
            #expect(try await doors.pSeries(from: "192.0.2.1") == 70004)
            #expect(try await doors.sSeries(from: "192.0.2.1") == "20002")
            #expect(try await doors.kazoo(from: "192.0.2.1") == 201)
            doors.server.clock.advance(by: 900)
            #expect(try await doors.pSeries(from: "192.0.2.1") == 0)
            #expect(try await doors.sSeries(from: "192.0.2.1") == "")
        }
    }

    @Test("Success resets the count of its own login")
    func ownSuccess() async throws {
        try await Self.run {
            $0.logins.maximumFailuresOfLogin = 3
        } _: { (doors: Doors) async throws in
            for round in 0..<3 {
                for number in 0..<2 { #expect(try await doors.pSeries("wrong", from: "203.0.113.\(round * 2 + number)") == -1) }
                #expect(try await doors.pSeries(from: "192.0.2.1") == 0)
            }
        }
    }

    @Test("KAZOO's form names no user: the account is locked, known or not, and one user's success does not reset it")
    func accounts() async throws {
        try await Self.run {
            $0.logins.maximumFailuresOfAccount = 4
        } _: { (doors: Doors) async throws in
            for name in ["Acme", "nobody"] {
                for number in 0..<4 {
                    #expect(try await doors.kazoo("wrong", account: name, from: "203.0.113.\(number)") == 401)
                    #expect(try await doors.kazoo(account: "Acme", from: "203.0.113.\(number)") == (name == "Acme" && number < 3 ? 201 : 423))
                }
                #expect(try await doors.kazoo("wrong", account: name, from: "192.0.2.9") == 423)
            }
            doors.server.clock.advance(by: 900)
            #expect(try await doors.kazoo(from: "192.0.2.1") == 201)
        }
    }

    @Test("A user who is named is locked, by the form as well, which does not name him")
    func users() async throws {
        try await Self.run {
            $0.logins.maximumFailuresOfLogin = 3
        } _: { (doors: Doors) async throws in
            for user in [TestWorld.username, "nobody"] {
                for number in 0..<3 { #expect(try await doors.basic(user, "wrong", from: "203.0.113.\(number)") == 401) }
                #expect(try await doors.basic(user, "wrong", from: "192.0.2.1") == 423)
            }
            #expect(try await doors.basic(TestWorld.username, TestWorld.password, from: "192.0.2.1") == 423)
            #expect(try await doors.kazoo(from: "192.0.2.1") == 423)
        }
    }

    @Test("A restart forgets nothing")
    func restart() async throws {
        try await TemporaryDirectory.run { scratch in
            let clock = ManualClock(), data = scratch.path + "/data"
            let known = try await TestServer.run(in: data, clock: clock, Self.trust) { (server: TestServer) async throws in
                let doors = try await Doors(server)
                for _ in 0..<5 { #expect(try await doors.sSeries("wrong") == "20003") }
                return (doors.world, doors.apiUser.secret)
            }
            try await TestServer.run(in: data, clock: clock, Self.trust) { (server: TestServer) async throws in
                func logIn(from address: String) async throws -> JSON? {
                    try await server.send(
                        "POST", "/api/v1.1.0/login", headers: ["Content-Type": "application/json", "X-Forwarded-For": address],
                        json: ["username": "crm", "password": .string(APIUsers.digest(ofPassword: known.1)), "port": "1"]
                    ).json["errno"]
                }
                #expect(try await logIn(from: "203.0.113.1") == "20002")
                #expect(try await logIn(from: "203.0.113.2") == nil)
            }
        }
    }

    @Test("What is locked writes nothing")
    func noWrites() async throws {
        try await Self.run { (doors: Doors) async throws in
            for _ in 0..<5 { #expect(try await doors.pSeries("wrong") == -1) }
            let before = try await doors.server.service.access.loginCounts(after: "", limit: 99)
            #expect(before.map(\.failures) == [5, 5])
            doors.server.clock.advance(by: 1)
            let commits = try await Self.commits(doors.server)
            for number in 0..<20 {
                #expect(try await doors.pSeries("wrong", id: "\(number)") == 70004)
                #expect(try await doors.sSeries("wrong", name: "\(number)") == "20002")
            }
            #expect(try await doors.server.service.access.loginCounts(after: "", limit: 99) == before)
            #expect(try await Self.commits(doors.server) == commits)
        }
    }

    private static func commits(_ server: TestServer) async throws -> String? {
        try await server.send("GET", "/metrics").text.split(separator: "\n").first { $0.hasPrefix("aftertone_store_commit_seconds_count ") }.map(String.init)
    }

    @Test("What nobody is called is not kept")
    func unknownNames() async throws {
        try await Self.run { (doors: Doors) async throws in
            #expect(try await doors.sSeries("wrong", name: "hunter2-by-mistake") == "20003")
            #expect(try await doors.sSeries("wrong") == "20003")
            let counts = try await doors.server.service.access.loginCounts(after: "", limit: 99)
            #expect(Set(counts.map(\.label)) == ["203.0.113.1", "", "crm"])
            let files = try #require(FileManager.default.enumerator(atPath: doors.server.directory)).compactMap { $0 as? String }
            let contents = files.compactMap { FileManager.default.contents(atPath: doors.server.directory + "/" + $0) }
            #expect(contents.contains { $0.range(of: Data("203.0.113.1".utf8)) != nil })
            #expect(!contents.contains { $0.range(of: Data("hunter2".utf8)) != nil })
        }
    }

    @Test("Made-up names fill no more than their part of the table, and do not push out what counts")
    func bounded() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let now = server.clock.now
            try await server.service.store.write { writer in
                for number in 0..<10_000 {
                    try writer.save(LoginCount(id: "x\(number)", kind: .login, label: "", failures: number == 0 ? 2 : 1, first: now, last: now))
                }
            }
            server.clock.advance(by: 1)
            let body: JSON = ["username": "nobody", "password": "0", "port": "1"]
            #expect(try await server.send("POST", "/api/v1.1.0/login", json: body).json["errno"] == "20003")
            let counts = try await server.service.access.loginCounts(after: "", limit: 20_000)
            #expect(counts.count == 10_001)
            #expect(counts.contains { $0.id == "x0" })
            #expect(counts.contains { $0.kind == .login && $0.last > now })
        }
    }

    @Test("Housekeeping drops what is a day old")
    func housekeeping() async throws {
        try await Self.run { (doors: Doors) async throws in
            _ = try await doors.sSeries("wrong")
            doors.server.clock.advance(by: LoginRules.memory)
            try await doors.server.service.housekeeping.sweep()
            #expect(try await doors.server.service.access.loginCounts(after: "", limit: 9).count == 2)
            doors.server.clock.advance(by: 1)
            try await doors.server.service.housekeeping.sweep()
            #expect(try await doors.server.service.access.loginCounts(after: "", limit: 9) == [])
        }
    }

    @Test("A right guess among wrong ones at once is judged after those before it")
    func rightGuessAmongMany() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            let guardian = server.makeLoginGuard(LoginRule(maximumFailures: 5, lockSeconds: 600))
            let (entered, enter) = AsyncStream.makeStream(of: Void.self)
            let (gate, open) = AsyncStream.makeStream(of: Void.self)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        do {
                            try await guardian.attempt(from: "203.0.113.1", as: [.credential(.sSeries, handle: "a")]) {
                                enter.yield()
                                for await _ in gate { break }
                                throw VoicemailError.badCredentials
                            }
                            return true
                        } catch is VoicemailError { return false }
                    }
                }
                var arrivals = entered.makeAsyncIterator()
                for _ in 0..<5 { await arrivals.next() }
                group.addTask {
                    do {
                        _ = try await guardian.attempt(from: "203.0.113.1", as: [.credential(.sSeries, handle: "b")]) { enter.yield() }
                        return true
                    } catch is LoginGuard.Locked { return false }
                }
                // It is right, and has to wait.
                await arrivals.next()
                open.finish()
                for try await succeeded in group { #expect(!succeeded) }
            }
        }
    }
}
