import Foundation
import NIOCore
import TestKit
import Testing
import Voicemail

@testable import SIP
@testable import Telephone

@Suite("Messages in Opus")
struct OpusMessageTests {
    /// Packets of a tone.
    private static func packets(_ hertz: Double, milliseconds: Int) throws -> [[UInt8]] {
        let encoder = try #require(OpusEncoder())
        return (0..<(milliseconds / 20)).map { index in
            encoder.encode((0..<160).map { Int16(sin(2 * .pi * hertz * Double(index * 160 + $0) / 8000) * 9000) })
        }
    }

    @Test("Nobody speaks any more: the message ends with the speech, and the caller hears what he said")
    func silence() async throws {
        try await CallWorld.run(["skip_greeting": true, "skip_instructions": true]) { world in
            try await world.withPhone { phone in
                try await phone.call("1000", offer: phone.offer(formats: "96 101", extra: "a=rtpmap:96 opus/48000/2\r\n"))
                let quiet = try Self.packets(0, milliseconds: 20)[0]
                let head = try FileList.bytes(in: world.server.directory + "/captures")
                // Until the recording has begun: a head is on the disk, and then sound.
                while try FileList.bytes(in: world.server.directory + "/captures") <= max(head, 600) {
                    try await phone.sound.say(milliseconds: 40, type: 96, advance: 960) { _ in quiet }
                }
                let speech = try Self.packets(500, milliseconds: 1500)
                try await phone.sound.say(milliseconds: 1500, type: 96, advance: 960) { speech[$0] }
                phone.sound.forget()
                try await phone.sound.say(milliseconds: 5400, type: 96, advance: 960) { _ in quiet }
                await phone.sound.press("2")
                func heard() -> [Int] {
                    var decoder = SoundDecoder(.opus)
                    return phone.sound.packets(of: 96).flatMap { decoder.narrow($0) }.map { Int($0) }
                }
                for _ in 0..<100 where TestTone.milliseconds(of: 500, in: heard()) < 1300 { try await Task.sleep(for: .milliseconds(100)) }
                #expect(TestTone.milliseconds(of: 500, in: heard()) >= 1300)
                try await phone.hangUp()
            }
            let message = try #require(try await world.messages(1).first)
            #expect(message.audio?.contentType == "audio/ogg")
            #expect(message.lengthMilliseconds >= 1500 && message.lengthMilliseconds <= 5000)
            #expect(TestTone.milliseconds(of: 500, in: try await world.sound(of: message)) >= 1400)
        }
    }

    @Test("A recording says how long it is, and where its packets end")
    func captured() throws {
        let packets = try Self.packets(500, milliseconds: 200)
        let sound = CapturedSound(.opus, packets.flatMap { OpusPacket.record($0) })
        #expect(sound.ticks == 1600 && sound.milliseconds == 200)
        #expect(sound.bytes(of: 0) == 0 && sound.bytes(of: 1) == packets[0].count + 2 && sound.bytes(of: 160) == packets[0].count + 2)
        #expect(sound.bytes(of: 161) == packets[0].count + packets[1].count + 4 && sound.bytes(of: 10_000) == sound.bytes.count)
        // Cut off while a packet was written.
        #expect(CapturedSound(.opus, Array(sound.bytes.dropLast(1))).ticks == 1440)
        #expect(CapturedSound(.muLaw, [1, 2, 3]).bytes(of: 2) == 2 && CapturedSound(.muLaw, [1, 2, 3]).ticks == 3)
    }

    @Test("A file of them is one that others read, however short it is", arguments: [0, 1, 49, 50, 51, 120])
    func file(count: Int) async throws {
        try await CallWorld.run { world in
            let packets = try Self.packets(500, milliseconds: 20 * count)
            var file: [UInt8] = []
            try await OggOpus.write(CapturedSound(.opus, packets.flatMap { OpusPacket.record($0) })) { file += $0 }
            #expect(file.starts(with: Array("OggS".utf8)))
            guard count > 1 else { return }
            let facts = try await world.server.service.codec.measure(.bytes(.init(bytes: file)))
            #expect(facts.container == "ogg" && facts.durationMilliseconds == 20 * count && !facts.isIncomplete)
        }
    }
}
