import Foundation
import TestKit
import Testing

@testable import SIP

/// Packets of a tone, as another's encoder would make them.
struct OpusSpeech {
    private let encoder: OpusEncoder
    private var place = 0

    init() throws { encoder = try #require(OpusEncoder()) }

    mutating func packet(_ hertz: Double?, milliseconds: Int = 20) -> [UInt8] {
        let samples = (0..<(milliseconds * 8)).map { index -> Int16 in
            hertz.map { Int16(sin(2 * .pi * $0 * Double(place + index) / 8000) * 9000) } ?? 0
        }
        place += samples.count
        return encoder.encode(samples)
    }

    static func samples(_ packets: [some Collection<UInt8>]) -> [Int] {
        var decoder = SoundDecoder(.opus)
        return packets.flatMap { decoder.narrow($0) }.map { Int($0) }
    }
}

@Suite("Packets of Opus in a recording")
struct OpusTakeTests {
    private static func packet(_ sequence: Int, _ timestamp: Int, source: UInt32 = 1) throws -> RTPPacket {
        let bytes: [UInt8] =
            [0x80, 111, UInt8(sequence >> 8 & 255), UInt8(sequence & 255)]
            + (0..<4).map { UInt8(truncatingIfNeeded: timestamp >> (24 - 8 * $0)) } + (0..<4).map { UInt8(truncatingIfNeeded: source >> (24 - 8 * UInt32($0))) }
        return try #require(bytes.withUnsafeBytes { RTPPacket($0) })
    }

    /// Ticks of all packets of a recording.
    private static func ticks(_ bytes: [UInt8]) -> Int { OpusPacket.split(bytes).reduce(0) { $0 + (OpusPacket.ticks($1) ?? 0) } }

    @Test("In any order within the time that packets may be late, it is the same sound", arguments: 0..<10)
    func anyOrder(seed: UInt64) throws {
        var random = SeededRandom(seed: seed), speech = try OpusSpeech()
        let packets = (0...40).map { _ in speech.packet(500) }
        var order = Array(1...40)
        for start in stride(from: 0, to: 40, by: 8) { order[start..<(start + 8)].shuffle(using: &random) }
        var take = PacketTake(), bytes: [UInt8] = []
        for number in [0] + order {
            _ = take.lay(try Self.packet(0xFFF0 + number & 0xFFFF, 0xFFFF_FF00 + number * 960), [packets[number]], unitsInTick: 6, now: number * 160)
            bytes += take.drain()
        }
        bytes += take.finish()
        #expect(OpusPacket.split(bytes).map { Array($0) } == packets)
        #expect(take.placing.lost == 0 && take.placing.late == 0)
    }

    @Test("What is missing lasts as long as it would have, and what comes too late is counted")
    func gap() throws {
        var speech = try OpusSpeech()
        let packets = (0..<50).map { _ in speech.packet(500) }
        var take = PacketTake(), bytes: [UInt8] = []
        for number in 0..<50 where !(10..<15).contains(number) {
            _ = take.lay(try Self.packet(number, number * 960), [packets[number]], unitsInTick: 6, now: number * 160)
            bytes += take.drain()
        }
        #expect(take.lay(try Self.packet(12, 12 * 960), [packets[12]], unitsInTick: 6, now: 8000) == nil)
        bytes += take.finish()
        #expect(Self.ticks(bytes) == 8000)
        #expect(take.placing.lost == 4 && take.placing.late == 1)
        #expect(TestTone.milliseconds(of: 500, in: OpusSpeech.samples(OpusPacket.split(bytes))) >= 860)
    }

    @Test("Nobody speaks at first: the silence is there", arguments: [1600, 4000, 4010])
    func lateBeginning(now: Int) throws {
        var speech = try OpusSpeech(), take = PacketTake()
        _ = take.lay(try Self.packet(7, 5), [speech.packet(500)], unitsInTick: 6, now: now)
        let length = Self.ticks(take.finish())
        #expect(length == (now > 1600 ? now / 20 * 20 : 0) + 160)
    }

    @Test("Gaps are filled in the mode of the packet before, to two and a half milliseconds", arguments: 0..<32)
    func fillings(code: UInt8) {
        for ticks in [0, 19, 20, 60, 80, 160, 500, 1620] {
            let packets = OpusPacket.filling(ticks, after: code << 3)
            #expect(packets.reduce(0) { $0 + (OpusPacket.ticks($1) ?? .min) } == ticks / 20 * 20)
            if let first = packets.first, ticks >= 160 { #expect((first[0] >> 3) / 4 == code / 4) }
        }
    }

    @Test("A packet that was not written whole is not there")
    func torn() throws {
        var speech = try OpusSpeech()
        let packets = [speech.packet(500), speech.packet(500)]
        let bytes = packets.flatMap { OpusPacket.record($0) }
        for cut in 1..<(packets[1].count + 2) { #expect(OpusPacket.split(Array(bytes.dropLast(cut))).map { Array($0) } == [packets[0]]) }
        #expect(OpusPacket.split([]).isEmpty && OpusPacket.split([1]).isEmpty && OpusPacket.split([0, 0, 5]).isEmpty)
    }

    @Test("Whatever comes, nothing traps and nothing grows beyond its time", arguments: 0..<5)
    func hostile(seed: UInt64) throws {
        var random = SeededRandom(seed: seed), take = PacketTake(), given = 0
        let decoder = try #require(OpusDecoder())
        for step in 0..<1000 {
            let source: UInt32 = Int.random(in: 0..<20, using: &random) == 0 ? .random(in: 0...3, using: &random) : 1
            let packet = try Self.packet(Int(UInt16.random(in: 0...(.max), using: &random)), Int(UInt32.random(in: 0...(.max), using: &random)), source: source)
            let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...(.max), using: &random) }
            _ = take.lay(packet, [bytes], unitsInTick: 6, now: step * 160)
            #expect(decoder.decode(bytes).count <= OpusPacket.mostTicks)
            if step % 5 == 0 { given += Self.ticks(take.drain()) }
        }
        given += Self.ticks(take.finish())
        #expect(given <= 1000 * 160 + 1000 * 960 + 40_000)
    }
}

@Suite("Calls in Opus")
struct OpusCallTests {
    /// Speaks in Opus under the number that was offered.
    private static func say(_ hertz: Double?, milliseconds: Int, _ phone: TestPhone, _ speech: inout OpusSpeech, lost: Range<Int> = 0..<0) async throws {
        var local = speech
        try await phone.sound.say(milliseconds: milliseconds, type: 96, advance: 960) { index in
            let packet = local.packet(hertz)
            return lost.contains(index) ? nil : packet
        }
        speech = local
    }

    private static func offer(_ phone: TestPhone, formats: String = "96 0 97") -> String {
        phone.offer(formats: formats, extra: "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=rtpmap:97 telephone-event/48000\r\n")
    }

    @Test("What is said and heard is in it, under the number of the offer; what is lost is counted, and a key is a key")
    func both() async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            _ = await call.play(.tone(hertz: 700, milliseconds: 1000))
            told.tell(await call.record(to: sink, RecordRules(seconds: 30)))
            await call.hangUp()
        }) { phone in
            let answer = try await phone.call("1000", offer: Self.offer(phone))
            #expect(answer.body.contains("RTP/AVP 96 0 97\r\n"), "\(answer.body)")
            #expect(answer.body.contains("a=rtpmap:96 opus/48000/2"))
            var speech = try OpusSpeech()
            while sink.bytes.isEmpty { try await Self.say(nil, milliseconds: 40, phone, &speech) }
            try await Self.say(500, milliseconds: 1000, phone, &speech, lost: 20..<25)
            await phone.sound.press("5", type: 97)
            let end = try #require(await told.next())
            #expect(end.reason == .key("5") && end.lost == 5)
            let packets = OpusPacket.split(sink.bytes)
            #expect(packets.reduce(0) { $0 + (OpusPacket.ticks($1) ?? 0) } == end.samples)
            #expect((840...960).contains(TestTone.milliseconds(of: 500, in: OpusSpeech.samples(packets))))
            try await phone.hungUp()
            let heard = OpusSpeech.samples(phone.sound.packets(of: 96))
            #expect(TestTone.milliseconds(of: 700, in: heard) >= 900)
            // Timestamps are in units of 48,000 a second.
            let stamps = phone.sound.timestamps(of: 96)
            #expect(zip(stamps, stamps.dropFirst()).allSatisfy { ($1 &- $0) % 960 == 0 && $1 != $0 })
        }
    }

    @Test("A recording stays in its format when the other side changes its own", arguments: [true, false])
    func changes(isOpusFirst: Bool) async throws {
        let sink = MemorySink(), told = Told<RecordEnd>()
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.record(to: sink, RecordRules(seconds: 30)))
        }) { phone in
            try await phone.call("1000", offer: Self.offer(phone, formats: isOpusFirst ? "96 0 97" : "0 96 97"))
            var speech = try OpusSpeech()
            if isOpusFirst {
                while sink.bytes.isEmpty { try await Self.say(nil, milliseconds: 40, phone, &speech) }
                try await Self.say(500, milliseconds: 800, phone, &speech)
                try await phone.sound.say(hertz: 900, milliseconds: 800)
            } else {
                try await phone.warmUp(sink)
                try await phone.sound.say(hertz: 500, milliseconds: 800)
                try await Self.say(900, milliseconds: 800, phone, &speech)
            }
            try await phone.sayGoodbye()
            #expect(await told.next()?.lost == 0)
            let samples = isOpusFirst ? OpusSpeech.samples(OpusPacket.split(sink.bytes)) : sink.bytes.map { TestLaw.sample(muLaw: $0) }
            #expect(TestTone.milliseconds(of: 500, in: samples) >= 720)
            #expect(TestTone.milliseconds(of: 900, in: samples) >= 720)
        }
    }

    @Test("Our own offer has it, and where the answer takes it, it is spoken")
    func ownOffer() async throws {
        try await withPacedPhone(script: { call in
            guard await call.answer() else { return }
            _ = await call.play(.tone(hertz: 700, milliseconds: 600))
            await call.hangUp()
        }) { phone in
            let answer = try await phone.call("1000", answerInACK: Self.offer(phone, formats: "96 97"))
            #expect(answer.body.contains("RTP/AVP 0 8 9 111 101 110"))
            try await phone.hungUp()
            #expect(TestTone.milliseconds(of: 700, in: OpusSpeech.samples(phone.sound.packets(of: 96))) >= 500)
        }
    }

    @Test("Where it is not taken, another is, and none is none")
    func notTaken() async throws {
        try await withEndpoint({ $0.formats = [.muLaw] }, script: { call in _ = await call.answer() }) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            let answer = try await phone.call("1000", offer: Self.offer(phone))
            #expect(answer.body.contains("RTP/AVP 0\r\n") || answer.body.contains("RTP/AVP 0 "))
            let other = try TestPhone(server: port)
            defer { other.close() }
            try await expect(488, other.call("1000", offer: Self.offer(other, formats: "96 97")))
            try await phone.hangUp()
        }
    }
}
