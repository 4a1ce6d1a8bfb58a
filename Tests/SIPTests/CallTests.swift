import SIP
import TestKit
import Testing

@Suite("A call is answered, spoken to, recorded and ended")
struct CallTests {
    @Test("The other side hears a tone whole, and is hung up on")
    func plays() async throws {
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            _ = await call.play(.tone(hertz: 700, milliseconds: 1000))
            await call.hangUp()
        }) { phone in
            let answer = try await phone.call("1000")
            #expect(answer.status == 200)
            #expect(answer.body.contains("m=audio "))
            try await phone.hungUp()
            #expect(TestTone.milliseconds(of: 700, in: phone.sound.heard) >= 960)
            #expect(phone.sound.heard.count / 8 <= 1100)
        }
    }

    @Test("What is said is recorded until a key, in either law", arguments: [UInt8(0), 8])
    func records(type: UInt8) async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.record(to: sink, RecordRules(seconds: 30)))
            await call.hangUp()
        }) { phone in
            try await phone.call("1000", offer: phone.offer(formats: "\(type) 101"))
            try await phone.warmUp(sink, type: type)
            try await phone.sound.say(hertz: 500, milliseconds: 1000, type: type)
            await phone.sound.press("5")
            let end = try #require(await told.next())
            #expect(end.reason == .key("5"))
            #expect(end.lost == 0 && end.late == 0)
            let samples = sink.bytes.map { type == 8 ? TestLaw.sample(aLaw: $0) : TestLaw.sample(muLaw: $0) }
            #expect(samples.count == end.samples)
            #expect(TestTone.milliseconds(of: 500, in: samples) == 1000)
            try await phone.hungUp()
        }
    }

    @Test("Packets that are lost leave silence of their length, doubled and swapped ones leave nothing")
    func badNetwork() async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.record(to: sink, RecordRules(seconds: 30)))
        }) { phone in
            try await phone.call("1000")
            try await phone.warmUp(sink)
            try await phone.sound.say(hertz: 500, milliseconds: 1000) { index in
                (10..<15).contains(index) ? .lost : index % 7 == 3 ? .doubled : index % 11 == 4 ? .swapped : .sent
            }
            try await phone.sayGoodbye()
            let end = try #require(await told.next())
            #expect(end.reason == .over)
            #expect(end.lost == 5)
            let samples = sink.bytes.map { TestLaw.sample(muLaw: $0) }
            #expect(TestTone.milliseconds(of: 500, in: samples) == 900)
            let start = try #require(samples.firstIndex { abs($0) > 1000 })
            #expect(samples[(start + 10 * 160)..<(start + 15 * 160 - 10)].allSatisfy { abs($0) < 16 })
        }
    }

    @Test("Comfort noise is silence, and nothing is missing for it, whatever its number", arguments: [UInt8(13), 98])
    func comfortNoise(type: UInt8) async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.record(to: sink, RecordRules(seconds: 30)))
        }) { phone in
            try await phone.call("1000", offer: phone.offer(formats: "0 \(type) 101", extra: type == 13 ? "" : "a=rtpmap:98 CN/8000\r\n"))
            try await phone.warmUp(sink)
            try await phone.sound.say(hertz: 500, milliseconds: 400)
            try await phone.sound.say(milliseconds: 20, type: type) { _ in [0x40] }
            try await phone.sound.pause(milliseconds: 580)
            try await phone.sound.say(hertz: 500, milliseconds: 400)
            try await phone.sayGoodbye()
            let end = try #require(await told.next())
            #expect(end.lost == 0 && end.late == 0)
            let samples = sink.bytes.map { TestLaw.sample(muLaw: $0) }
            #expect(TestTone.milliseconds(of: 500, in: samples) == 800)
            let first = try #require(samples.firstIndex { abs($0) > 1000 }), last = try #require(samples.lastIndex { abs($0) > 1000 })
            #expect((8 * 1390...8 * 1410).contains(last - first))
        }
    }

    @Test("Nobody speaks: the silence that ended a recording is not part of it")
    func silence() async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.record(to: sink, RecordRules(seconds: 30, silenceSeconds: 3)))
            await call.hangUp()
        }) { phone in
            try await phone.call("1000")
            try await phone.warmUp(sink)
            try await phone.sound.say(hertz: 500, milliseconds: 400)
            try await phone.sound.say(hertz: nil, milliseconds: 3400)
            let end = try #require(await told.next())
            #expect(end.reason == .silence)
            #expect(end.samples > 3200)
            let samples = sink.bytes.prefix(end.samples).map { TestLaw.sample(muLaw: $0) }
            #expect(TestTone.milliseconds(of: 500, in: samples) == 400)
            try await phone.hungUp()
        }
    }

    @Test("A key stops a prompt at once, and is told once, however many packets it has and whatever its number")
    func bargeIn() async throws {
        let told = Told<PlayEnd>()
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.play(.tone(hertz: 700, milliseconds: 20_000)))
            told.tell(await call.play(.tone(hertz: 900, milliseconds: 300)))
            await call.hangUp()
        }) { phone in
            let offer = phone.offer(formats: "0 97", extra: "a=rtpmap:97 telephone-event/8000\r\n")
            try await phone.call("1000", offer: offer)
            try await phone.sound.hears(hertz: 700)
            await phone.sound.press("#", type: 97, packets: 9)
            #expect(await told.next() == .key("#"))
            // Time passes while that is waited for.
            try await phone.hungUp()
            #expect(await told.next() == .finished)
        }
    }

    @Test("A key comes in a request, too", arguments: [("application/dtmf-relay", "Signal=7\r\nDuration=160\r\n"), ("application/dtmf", "7")])
    func info(type: String, body: String) async throws {
        let told = Told<Character?>()
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.key(within: .seconds(20)))
        }) { phone in
            try await phone.call("1000")
            #expect(try await phone.ask("INFO", body: body, type: type).status == 200)
            #expect(await told.next() == "7")
            try await phone.hangUp()
        }
    }

    @Test("A call without an offer gets ours")
    func delayedOffer() async throws {
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            _ = await call.play(.tone(hertz: 700, milliseconds: 400))
            await call.hangUp()
        }) { phone in
            let answer = try await phone.call("1000", answerInACK: phone.offer(formats: "8 101"))
            #expect(answer.body.contains("RTP/AVP 0 8 9 111 101 110"))
            try await phone.hungUp()
            #expect(TestTone.milliseconds(of: 700, in: phone.sound.heard) >= 360)
        }
    }
}
