import SIP
import TestKit
import Testing

@Suite("Networks are bad, and what was said is heard")
struct BadNetworkTests {
    private func record(_ body: @Sendable (TestPhone) async throws -> Void) async throws -> (RecordEnd, [Int]) {
        let sink = MemorySink(), told = Told<RecordEnd>()
        return try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.record(to: sink, RecordRules(seconds: 30, silenceSeconds: nil)))
        }) { phone in
            try await phone.call("1000")
            try await phone.warmUp(sink)
            try await body(phone)
            try await phone.sayGoodbye()
            let end = try #require(await told.next())
            return (end, sink.bytes.map { TestLaw.sample(muLaw: $0) })
        }
    }

    @Test("Packets that come in clumps are where they belong, none lost")
    func jitter() async throws {
        let (end, samples) = try await record { phone in try await phone.sound.say(hertz: 500, milliseconds: 2000, clump: 6) }
        #expect(TestTone.milliseconds(of: 500, in: samples) == 2000)
        #expect(end.lost == 0 && end.late == 0)
    }

    @Test("A sender whose clock is a hundredth too fast or too slow is heard whole", arguments: [0.99, 1.01])
    func drift(pace: Double) async throws {
        let (end, samples) = try await record { phone in try await phone.sound.say(hertz: 500, milliseconds: 4000, pace: pace) }
        #expect(TestTone.milliseconds(of: 500, in: samples) == 4000)
        #expect(end.lost == 0 && end.late == 0)
    }

    @Test("One packet in five lost is that much silence, and no more", arguments: [UInt64(1), 2])
    func loss(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        // The first and the last come, so that it is known from where to where.
        let lost = Set((1..<99).shuffled(using: &random).prefix(20))
        let (end, samples) = try await record { phone in
            try await phone.sound.say(hertz: 500, milliseconds: 2000) { lost.contains($0) ? .lost : .sent }
        }
        #expect(end.lost == 20)
        #expect(TestTone.milliseconds(of: 500, in: samples) == 1600)
    }

    @Test("A packet that comes half a second too late is not heard, and is counted")
    func tooLate() async throws {
        let (end, samples) = try await record { phone in
            try await phone.sound.say(hertz: 500, milliseconds: 1500) { $0 == 10 ? .delayed(30) : .sent }
        }
        #expect(end.late == 1)
        #expect(TestTone.milliseconds(of: 500, in: samples) == 1480)
    }

    @Test("Streams that begin anew with another source, again and again, follow each other")
    func sources() async throws {
        let (end, samples) = try await record { phone in
            for hertz in [500.0, 800, 1100, 1400] {
                phone.sound.changeSource()
                try await phone.sound.say(hertz: hertz, milliseconds: 400)
            }
        }
        for hertz in [500.0, 800, 1100, 1400] { #expect(TestTone.milliseconds(of: hertz, in: samples) >= 380) }
        #expect(end.lost == 0)
    }

    @Test("Sound that comes before the answer is confirmed is no harm, and settles where it comes from")
    func early() async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withEndpoint(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.record(to: sink, RecordRules(seconds: 30, silenceSeconds: nil)))
        }) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            phone.send(phone.request("INVITE", user: "1000", body: phone.offer()))
            let answer = try await phone.next("200") { $0.status == 200 && $0.headers["cseq"]?.hasSuffix("INVITE") == true }
            phone.sound.aim(at: answer.body)
            try await phone.sound.say(hertz: 900, milliseconds: 200)
            phone.confirm(answer)
            try await phone.warmUp(sink)
            try await phone.sound.say(hertz: 500, milliseconds: 400)
            try await phone.sayGoodbye()
            _ = await told.next()
            #expect(TestTone.milliseconds(of: 500, in: sink.bytes.map { TestLaw.sample(muLaw: $0) }) == 400)
        }
    }
}
