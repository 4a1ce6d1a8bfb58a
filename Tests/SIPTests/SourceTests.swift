import SIP
import TestKit
import Testing

@Suite("Sound is taken from where it was agreed, and from nowhere else")
struct SourceTests {
    private func record(
        _ change: (inout SIPSettings) -> Void = { _ in }, warms: Bool = true, _ body: @Sendable (TestPhone) async throws -> Void
    ) async throws -> (RecordEnd, [Int]) {
        let sink = MemorySink(), told = Told<RecordEnd>()
        return try await withEndpoint(
            change,
            script: { call in
                guard await call.answer() else { return }
                told.tell(await call.record(to: sink, RecordRules(seconds: 30)))
            }
        ) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await phone.call("1000")
            if warms { try await phone.warmUp(sink) }
            try await body(phone)
            try await phone.sayGoodbye()
            let end = try #require(await told.next())
            return (end, sink.bytes.map { TestLaw.sample(muLaw: $0) })
        }
    }

    @Test("Once there is a source, another on the same machine is not heard")
    func bleed() async throws {
        let (_, samples) = try await record { phone in
            try await phone.sound.say(hertz: 500, milliseconds: 400)
            let stranger = try DatagramSocket { _ in }
            defer { stranger.close() }
            try await phone.sound.say(hertz: 900, milliseconds: 400, from: stranger)
            try await phone.sound.say(hertz: 500, milliseconds: 400)
        }
        #expect(TestTone.milliseconds(of: 900, in: samples) == 0)
        #expect(TestTone.milliseconds(of: 500, in: samples) >= 740)
    }

    @Test("Where ways through NAT are not allowed for, nothing is taken but what comes from the port of the description")
    func strict() async throws {
        let (_, samples) = try await record({ $0.isSymmetric = false }, warms: false) { phone in
            let stranger = try DatagramSocket { _ in }
            defer { stranger.close() }
            try await phone.sound.say(hertz: 900, milliseconds: 200, from: stranger)
            try await phone.sound.say(hertz: 500, milliseconds: 1000)
        }
        #expect(TestTone.milliseconds(of: 900, in: samples) == 0)
        #expect(TestTone.milliseconds(of: 500, in: samples) >= 340)
    }

    @Test("A new stream from the same place goes on where the old one ended")
    func newStream() async throws {
        let (end, samples) = try await record { phone in
            try await phone.sound.say(hertz: 500, milliseconds: 400)
            phone.sound.changeSource()
            try await phone.sound.say(hertz: 800, milliseconds: 400)
        }
        #expect(TestTone.milliseconds(of: 500, in: samples) >= 380)
        #expect(TestTone.milliseconds(of: 800, in: samples) >= 380)
        #expect(end.lost == 0)
    }

    @Test("A pause in which nothing is sent is silence of its length")
    func pause() async throws {
        let (end, samples) = try await record { phone in
            try await phone.sound.say(hertz: 500, milliseconds: 300)
            try await phone.sound.pause(milliseconds: 700)
            try await phone.sound.say(hertz: 500, milliseconds: 300)
        }
        #expect(TestTone.milliseconds(of: 500, in: samples) == 600)
        let first = try #require(samples.firstIndex { abs($0) > 1000 }), last = try #require(samples.lastIndex { abs($0) > 1000 })
        #expect((8 * 1290...8 * 1310).contains(last - first))
        #expect(end.lost == 0)
    }

    @Test("What is no RTP, and RTP of another kind, is not heard")
    func junk() async throws {
        let (_, samples) = try await record { phone in
            let socket = try DatagramSocket { _ in }
            defer { socket.close() }
            var random = SeededRandom(seed: 7)
            for _ in 0..<100 {
                let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                phone.sound.sendRaw(bytes)
            }
            try await phone.sound.say(hertz: 500, milliseconds: 400)
        }
        #expect(TestTone.milliseconds(of: 500, in: samples) >= 300)
    }
}
