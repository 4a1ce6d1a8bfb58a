import Foundation
import KazooAPI
import Server
import TestKit
import Testing
import Voicemail

/// Whose tokens a request spends, and how many (K§2.12).
@Suite(.oneServer("each process gives out its share of a rate")) struct RateLimitTests {
    private func run(_ body: @Sendable (TestServer, TestWorld) async throws -> Void) async throws {
        try await TestServer.run { configuration in
            configuration.kazoo.rateLimit = .init(burst: 100, perSecond: 10, loginCost: 35)
        } _: { server in
            try await body(server, try await server.makeWorld())
        }
    }

    @Test func inventedAccountsShareTheBucketOfTheirAddress() async throws {
        try await run { server, world in
            // In the form of an id, and in none.
            let inventions = (0..<50).flatMap { ["x\($0)", HexID.random()] }
            for (number, invention) in inventions.enumerated() {
                let answer = try await server.send("GET", "/v2/accounts/\(invention)/vmboxes", token: world.token)
                #expect(answer.json["tokens"]?["remaining"]?.int == 99 - number)
            }
            // A box's id is no account's.
            #expect(try await server.send("GET", "/v2/accounts/\(world.mailbox.id)/vmboxes", token: world.token).status == 429)
            #expect(try await server.send("GET", "/v2/accounts/\(HexID.random())/vmboxes", token: world.token).status == 429)
            for path in ["/v2/accounts/y/vmboxes", "/v2/accounts//vmboxes", "/v2/nowhere", "/v2/accounts/\(String(repeating: "a", count: 33))/vmboxes"] {
                #expect(try await server.send("GET", path, token: world.token).status == 429, "\(path)")
            }
            #expect(try await server.send("GET", world.boxPath, token: world.token).status == 200)
        }
    }

    @Test("Who is refused for his rate costs no read of what he asks for: what cannot be read does not turn 429 into an error of the server")
    func refusedBeforeAnythingIsRead() async throws {
        try await run { server, world in
            let message = try await server.leave(audio: WAV.silence(milliseconds: 50), in: world.mailbox, of: world.account)
            let paths = ["\(world.boxPath)/messages?page_size=10", "\(world.boxPath)/messages/\(message.monthID)/raw"]
            for path in paths { #expect(try await server.send("GET", path, token: world.token).status == 200) }
            // A row that nobody can decode, put there beside the server.
            let damage =
                "import sqlite3, sys; s = sqlite3.connect(sys.argv[1]); s.execute(\"UPDATE message SET folder = 'nowhere'\"); s.commit()"
            let python = try ChildProcess(["python3", "-c", damage, server.directory + "/aftertone.sqlite"])
            #expect(await python.status() == 0)
            for path in paths { #expect(try await server.send("GET", path, token: world.token).status == 503, "\(path)") }
            // 96 tokens are left in the account's bucket.
            while try await server.send("GET", world.boxPath, token: world.token).status == 200 {}
            for path in paths {
                let refused = try await server.send("GET", path, token: world.token)
                #expect(refused.status == 429 && refused.json["tokens"]?["remaining"] == 0, "\(refused.text)")
            }
        }
    }

    @Test func aLoginByHeaderCostsALogin() async throws {
        try await run { server, world in
            let text = "\(world.account.id):\(LoginDigest.md5.digest(TestWorld.username, TestWorld.password))"
            let basic = "Basic " + Data(text.utf8).base64EncodedString()
            let first = try await server.send("GET", world.boxPath, headers: ["Authorization": basic])
            #expect(first.status == 200, "\(first.text)")
            expect(first.json["tokens"] ?? .null, is: ["consumed": 35, "remaining": 65])
            #expect(try await server.send("GET", world.boxPath, headers: ["Authorization": "bearer " + world.token]).json["tokens"]?["remaining"] == 64)
            #expect(try await server.send("GET", world.boxPath, headers: ["authorization": basic]).json["tokens"]?["remaining"] == 29)
            #expect(try await server.send("GET", world.boxPath, headers: ["Authorization": basic]).status == 429)
        }
    }
}
