import NIOCore
import Testing
import Voicemail

@testable import Audio

@Suite struct ChannelTests {
    /// Formats that take two channels.
    static let stereo = FileFormat.allCases.filter { $0 != .gsm && $0 != .wavGSM && $0 != .wavG721 && $0 != .wavMicrosoft }

    @Test(arguments: stereo, [Rendition.mp3Channels, Rendition(.wav, sampleRate: nil, mono: false), Rendition(.wav, sampleRate: 16000, mono: false)])
    func theTwoSidesOfACallStayApart(_ format: FileFormat, _ rendition: Rendition) async throws {
        let bytes = try AudioSamples.tones([500, 1700], seconds: 1.2).encoded(as: format)
        try await withEngine { engine, _ in
            let sound = try AudioSamples.decoded(try await engine.render(.bytes(bytes), key: BlobID(), as: rendition).bytes())
            #expect(sound.channels == 2)
            #expect(sound.pitch(ofChannel: 0) == 500)
            #expect(sound.pitch(ofChannel: 1) == 1700)
            // What leaks into the other side is a thousandth or less.
            #expect(sound.power(at: 1700, ofChannel: 0) < sound.power(at: 500, ofChannel: 0) / 1000)
            #expect(sound.power(at: 500, ofChannel: 1) < sound.power(at: 1700, ofChannel: 1) / 1000)
        }
    }

    @Test(arguments: [Rendition.telephone, .wideband, .mp3, .gsm, Rendition(.gsm, sampleRate: nil, mono: false)])
    func bothSidesAreHeardInOneChannel(_ rendition: Rendition) async throws {
        let bytes = try AudioSamples.tones([500, 1700], seconds: 1.2).encoded(as: .wavPCM16)
        try await withEngine { engine, _ in
            let sound = try AudioSamples.decoded(try await engine.render(.bytes(bytes), key: BlobID(), as: rendition).bytes())
            #expect(sound.channels == 1)
            #expect(sound.power(at: 500) > 0.01)
            #expect(sound.power(at: 1700) > 0.01)
            #expect(sound.power(at: 1100) < 0.001)
        }
    }

    @Test func moreThanTwoChannelsAreMixed() async throws {
        let bytes = try AudioSamples.tones([500, 900, 1300, 1700], seconds: 1).encoded(as: .wavPCM16)
        try await withEngine { engine, _ in
            let sound = try AudioSamples.decoded(try await engine.render(.bytes(bytes), key: BlobID(), as: .mp3Channels).bytes())
            #expect(sound.channels == 1)
            for frequency in [500, 900, 1300, 1700] { #expect(sound.power(at: frequency) > 0.002) }
        }
    }

    @Test(arguments: [(8, true), (9, false)])
    func eightChannelsAndNoMore(_ channels: Int, _ accepted: Bool) async throws {
        let bytes = try AudioSamples.silence(seconds: 0.1, channels: channels).encoded(as: .wavPCM16)
        try await withEngine { engine, _ in
            if accepted {
                let facts = try await engine.measure(.bytes(bytes))
                #expect(facts.channels == channels)
            } else {
                await #expect(throws: AudioError.undecodable) { try await engine.measure(.bytes(bytes)) }
            }
        }
    }
}
