import SIP
import Waiting
import TestKit
import Testing

@Suite("A peer who is gone is noticed")
struct LifeTests {
    private func withQuietCall(answerSeconds: Int = 32, _ body: @Sendable (TestPhone, Told<CallEnding>) async throws -> Void) async throws {
        let told = Told<CallEnding>()
        try await withEndpoint(
            {
                $0.limits.quietSeconds = 1
                $0.limits.answerSeconds = answerSeconds
            },
            script: { call in
                guard await call.answer() else { return }
                told.tell(await call.over.outcome())
            }
        ) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await phone.call("1000")
            try await body(phone, told)
        }
    }

    @Test("One who says nothing is asked, and asked again, and stays while he answers")
    func quiet() async throws {
        try await withQuietCall { phone, told in
            for status in ["200 OK", "405 Method Not Allowed", "200 OK"] {
                phone.answer(try await phone.next("OPTIONS") { $0.method == "OPTIONS" }, status)
            }
            try await phone.hangUp()
            #expect(await told.next() == .caller)
        }
    }

    @Test("One who speaks is not asked")
    func speaking() async throws {
        try await withQuietCall { phone, told in
            try await phone.sound.say(hertz: 500, milliseconds: 1600)
            await #expect(throws: TestPhone.TimedOut.self) { _ = try await phone.next("OPTIONS", within: 0) { $0.method == "OPTIONS" } }
            try await phone.hangUp()
            #expect(await told.next() == .caller)
        }
    }

    @Test("One who knows of no such call has none", arguments: ["481 Call/Transaction Does Not Exist", "408 Request Timeout"])
    func unknown(status: String) async throws {
        try await withQuietCall { phone, told in
            phone.answer(try await phone.next("OPTIONS") { $0.method == "OPTIONS" }, status)
            #expect(await told.next() == .lost)
        }
    }

    @Test("One who does not answer at all is lost, by the rule of the RFC after half a minute")
    func gone() async throws {
        #expect(CallLimits().answerSeconds == 32)
        try await withQuietCall(answerSeconds: 1) { phone, told in
            _ = try await phone.next("OPTIONS") { $0.method == "OPTIONS" }
            #expect(await told.next() == .lost)
        }
    }
}
