import SIP
import TestKit
import Testing

@Suite("Calls are bounded in number and in time")
struct LimitTests {
    /// Takes calls and holds them until they end.
    private static let hold: @Sendable (Call) async -> Void = { call in
        guard await call.answer() else { return }
        _ = await call.key(within: .seconds(60))
    }

    private func withPhone<Value: Sendable>(_ port: Int, _ body: (TestPhone) async throws -> Value) async throws -> Value {
        let phone = try TestPhone(server: port)
        defer { phone.close() }
        return try await body(phone)
    }

    private func onEndpoint(
        _ change: (inout SIPSettings) -> Void = { _ in }, script: @escaping @Sendable (Call) async -> Void = hold,
        _ body: @Sendable (SIPEndpoint, TestPhone) async throws -> Void
    ) async throws {
        try await withEndpoint(change, script: script) { endpoint, port in try await withPhone(port) { try await body(endpoint, $0) } }
    }

    @Test("Calls beyond what is allowed at once, of one peer, or in a second hear when to try again")
    func limits() async throws {
        let changes: [@Sendable (inout SIPSettings) -> Void] = [{ $0.limits.calls = 2 }, { $0.limits.callsOfPeer = 2 }, { $0.limits.callsPerSecond = 2 }]
        for change in changes {
            try await withEndpoint(change, script: Self.hold) { _, port in
                let phones = try (0..<3).map { _ in try TestPhone(server: port) }
                defer { for phone in phones { phone.close() } }
                var answers: [TestPhone.Message] = []
                for phone in phones { answers.append(try await phone.call("1000")) }
                #expect(answers.map(\.status) == [200, 200, 503])
                #expect(answers[2].headers["retry-after"] == "10")
                try await phones[0].hangUp()
            }
        }
    }

    @Test("A call ends when its time is over")
    func longest() async throws {
        try await onEndpoint {
            $0.limits.longestCall = 1
        } _: { _, phone in
            try await phone.call("1000")
            try await phone.hungUp()
        }
    }

    @Test("Once no more calls are taken, those under way go on")
    func drain() async throws {
        try await onEndpoint { endpoint, phone in
            try await phone.call("1000")
            await endpoint.drain()
            let other = try TestPhone(server: phone.server)
            defer { other.close() }
            let refusal = try await other.call("1000")
            #expect(refusal.status == 503 && refusal.headers["retry-after"] == "10")
            try await phone.hangUp()
            await endpoint.waitUntilIdle(within: .seconds(10))
            #expect(await endpoint.callCount == 0)
        }
    }
}
