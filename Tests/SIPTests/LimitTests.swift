import SIP
import TestKit
import Testing

@Suite("Calls are bounded in number and in time")
struct LimitTests {
    @Test("Calls beyond what is allowed at once, of one peer, or in a second hear when to try again")
    func limits() async throws {
        let changes: [@Sendable (inout SIPSettings) -> Void] = [{ $0.limits.calls = 2 }, { $0.limits.callsOfPeer = 2 }, { $0.limits.callsPerSecond = 2 }]
        for change in changes {
            try await withEndpoint(change, script: holding) { _, port in
                let phones = try (0..<3).map { _ in try TestPhone(server: port) }
                defer { for phone in phones { phone.close() } }
                // All of them at once: so much a second is judged by the clock, which a busy machine does not stop.
                for phone in phones { phone.send(phone.request("INVITE", user: "1000", body: phone.offer())) }
                var answers: [TestPhone.Message] = []
                for phone in phones { answers.append(try await phone.finish()) }
                #expect(answers.map(\.status) == [200, 200, 503])
                #expect(answers[2].headers["retry-after"] == "10")
                try await phones[0].hangUp()
            }
        }
    }

    @Test("A call ends when its time is over")
    func longest() async throws {
        try await withPhone {
            $0.limits.longestCall = 1
        } _: { _, phone in
            try await phone.call("1000")
            try await phone.hungUp()
        }
    }

    @Test("Once no more calls are taken, those under way go on")
    func drain() async throws {
        try await withPhone { endpoint, phone in
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
