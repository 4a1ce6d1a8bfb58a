import Server
import TestKit
import Testing
import Voicemail

/// The lock-out goes by the client's address, which only a trusted proxy may tell.
@Suite struct ForwardedTests {
    private func logIn(_ server: TestServer, for address: String) async throws -> Int {
        try await server.send(
            "PUT", "/v2/user_auth", headers: ["Content-Type": "application/json", "X-Forwarded-For": address],
            data: ["credentials": "00000000000000000000000000000000", "account_name": "Acme"]
        ).status
    }

    @Test func aTrustedProxyTellsWhoIsLockedOut() async throws {
        try await TestServer.run {
            $0.http.trustedProxies = [NetworkRange("127.0.0.0/8")].compactMap { $0 }
            $0.logins.maximumFailures = 2
        } _: { server in
            _ = try await server.makeWorld()
            for _ in 0..<2 { #expect(try await logIn(server, for: "203.0.113.1") == 401) }
            #expect(try await logIn(server, for: "203.0.113.1") == 429)
            #expect(try await logIn(server, for: "203.0.113.2") == 401)
            // Saying more does not make somebody else of him.
            #expect(try await logIn(server, for: "203.0.113.3, 203.0.113.1") == 429)
        }
    }

    @Test func nobodyElseIsBelieved() async throws {
        try await TestServer.run {
            $0.logins.maximumFailures = 2
        } _: { server in
            _ = try await server.makeWorld()
            for number in 0..<2 { #expect(try await logIn(server, for: "203.0.113.\(number)") == 401) }
            #expect(try await logIn(server, for: "203.0.113.9") == 429)
        }
    }
}
