import TestKit
import Testing
import Voicemail

/// A user's name and password change together or not at all (K§9, K§3.2).
@Suite struct UserChangeTests {
    private static func logsIn(_ name: String, _ password: String, _ server: TestServer, _ world: TestWorld) async throws -> Bool {
        do {
            _ = try await server.service.access.logIn(digest: LoginDigest.md5.digest(name, password), form: .md5, accountID: world.account.id)
            return true
        } catch VoicemailError.badCredentials {
            return false
        }
    }

    @Test func aNewNameNeedsThePassword() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let path = world.accountPath + "/users/" + world.user.id
            let refused = try await server.send("PATCH", path, token: world.token, data: ["username": "other"])
            expect(refused.envelope, is: validation("password", "required", ["message": "The password must be provided when updating the user name"]))
            #expect(try await Self.logsIn(TestWorld.username, TestWorld.password, server, world))
            #expect(try await server.send("GET", path, token: world.token).data["username"]?.string == TestWorld.username)
            let changed = try await server.send("PATCH", path, token: world.token, data: ["username": "other", "password": "next"])
            #expect(changed.status == 200, "\(changed.text)")
            #expect(try await Self.logsIn("other", "next", server, world))
            #expect(try await !Self.logsIn(TestWorld.username, TestWorld.password, server, world))
        }
    }

    /// Whatever the order in which both land, the login that is left is of the name that is stored.
    @Test func namesAndPasswordsChangedAtOnceStayTogether() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            for round in 0..<8 {
                let names = (0..<3).map { "user\(round)x\($0)" }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for name in names {
                        group.addTask {
                            _ = try await server.service.users.change(
                                world.user.id, .patch(["username": .string(name), "password": .string("of " + name)]), in: world.account)
                        }
                    }
                    group.addTask { _ = try await server.service.users.change(world.user.id, .patch(["password": "alone"]), in: world.account) }
                    try await group.waitForAll()
                }
                let stored = try await server.service.users.find(world.user.id, of: world.account)
                let name = try #require(stored.username)
                let ways = [try await Self.logsIn(name, "of " + name, server, world), try await Self.logsIn(name, "alone", server, world)]
                #expect(ways.count { $0 } == 1, "\(name): \(ways)")
            }
        }
    }
}
