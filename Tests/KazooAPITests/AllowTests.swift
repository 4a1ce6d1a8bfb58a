import TestKit
import Testing
import Voicemail

/// A refused method is told the others (RFC 9110 §15.5.6).
@Suite struct AllowTests {
    @Test func aRefusalNamesTheMethods() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let refused = try await server.send("PATCH", world.accountPath + "/vmboxes", token: world.token, data: [:])
            #expect(refused.status == 405)
            #expect(refused["Allow"] == "OPTIONS, GET, PUT")
            let tunnelled = try await server.send("POST", "/v2/user_auth?verb=DELETE", data: [:])
            #expect(tunnelled.status == 405)
            #expect(tunnelled["Allow"] == "OPTIONS, PUT")
            #expect(try await server.send("GET", world.boxPath, token: world.token)["Allow"] == nil)
        }
    }
}
