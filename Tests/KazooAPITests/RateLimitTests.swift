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
