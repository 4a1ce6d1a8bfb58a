import NIOCore
import Testing
import Voicemail

@testable import Audio

/// Headers of WAV files that say something other than what follows.
@Suite struct WaveHeaderTests {
    static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }

    static func chunk(_ name: String, _ body: [UInt8], declared: UInt32? = nil) -> [UInt8] {
        Array(name.utf8) + little(declared ?? UInt32(body.count)) + body + (body.count % 2 == 1 ? [0] : [])
    }

    static func format(tag: UInt16 = 1, channels: UInt16 = 1, rate: UInt32 = 8000, block: UInt16 = 2, bits: UInt16 = 16) -> [UInt8] {
        chunk("fmt ", little(tag) + little(channels) + little(rate) + little(rate &* UInt32(block)) + little(block) + little(bits))
    }

    static func wave(_ chunks: [UInt8]..., magic: String = "RIFF") -> [UInt8] {
        let body = Array("WAVE".utf8) + chunks.flatMap { $0 }
        return Array(magic.utf8) + little(UInt32(body.count)) + body
    }

    static let second = [UInt8](repeating: 1, count: 16000)

    func milliseconds(_ bytes: [UInt8]) throws -> Int? {
        do {
            return try AudioFacts(ofPlain: .bytes(bytes), maxSeconds: 3600)?.durationMilliseconds
        } catch .undecodable {
            return nil
        }
    }

    @Test func anHourWithNothingBehindItIsNoAudio() throws {
        #expect(try milliseconds(Self.wave(Self.format(), Self.chunk("data", [], declared: 57_600_000))) == nil)
    }

    @Test func anHourWithASecondBehindItIsASecond() async throws {
        let bytes = Self.wave(Self.format(), Self.chunk("data", Self.second, declared: 57_600_000))
        #expect(try milliseconds(bytes) == 1000)
        try await withEngine { engine, _ in
            let rendered = try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone)
            #expect(rendered.reader.size == 44 + 16000)
        }
    }

    @Test(arguments: [0, UInt32.max])
    func aRecorderThatNeverFilledInTheSize(_ declared: UInt32) throws {
        #expect(try milliseconds(Self.wave(Self.format(), Self.chunk("data", Self.second, declared: declared))) == 1000)
    }

    @Test func noSamplesAndThenATagIsNoAudio() throws {
        #expect(try milliseconds(Self.wave(Self.format(), Self.chunk("data", []), Self.chunk("LIST", [UInt8](repeating: 65, count: 400)))) == nil)
    }

    @Test func chunksAroundTheSoundAreNotSound() throws {
        let tag = Self.chunk("LIST", [UInt8](repeating: 65, count: 1001))
        #expect(try milliseconds(Self.wave(tag, Self.format(), tag, Self.chunk("data", Self.second), tag)) == 1000)
    }

    @Test(arguments: [(254, true), (255, false)])
    func chunksAreCounted(_ before: Int, _ accepted: Bool) throws {
        let tags = (0..<before).flatMap { _ in Self.chunk("junk", []) }
        #expect(try milliseconds(Self.wave(Self.format(), tags, Self.chunk("data", Self.second))) == (accepted ? 1000 : nil))
    }

    @Test func aMillionTinyChunksAreNotWalked() throws {
        let tags = [UInt8](repeating: 0, count: 8_000_000)
        #expect(try milliseconds(Self.wave(tags, Self.format(), Self.chunk("data", Self.second))) == nil)
    }

    @Test func dataBeforeItsFormatIsNoAudio() throws {
        #expect(try milliseconds(Self.wave(Self.chunk("data", Self.second), Self.format())) == nil)
    }

    @Test(
        arguments: [(3999, false), (4000, true), (384_000, true), (384_001, false), (0, false), (1_000_000_000, false), (UInt32.max, false)] as [(UInt32, Bool)]
    )
    func sampleRatesThatExist(_ rate: UInt32, _ accepted: Bool) throws {
        let bytes = Self.wave(Self.format(rate: rate), Self.chunk("data", Self.second))
        #expect((try milliseconds(bytes) != nil) == accepted)
    }

    @Test(arguments: [0, 9, 255, 65535] as [UInt16])
    func channelsThatDoNot(_ channels: UInt16) throws {
        #expect(try milliseconds(Self.wave(Self.format(channels: channels), Self.chunk("data", Self.second))) == nil)
    }

    /// G.723, G.726, nonsense, and those whose samples are none of their kind.
    @Test(arguments: [0, 2, 0x11, 0x14, 0x45, 0x55, 0xFFFE, 0xFFFF] as [UInt16])
    func encodingsNotUnderstood(_ tag: UInt16) throws {
        #expect(try milliseconds(Self.wave(Self.format(tag: tag), Self.chunk("data", Self.second))) == nil)
    }

    @Test(arguments: [(1, 0), (1, 33), (3, 16)] as [(UInt16, UInt16)])
    func sampleSizesThatDoNotExist(_ tag: UInt16, _ bits: UInt16) throws {
        #expect(try milliseconds(Self.wave(Self.format(tag: tag, bits: bits), Self.chunk("data", Self.second))) == nil)
    }

    @Test func aBlockSizeThatIsWrongIsIgnored() throws {
        #expect(try milliseconds(Self.wave(Self.format(block: 0), Self.chunk("data", Self.second))) == 1000)
        #expect(try milliseconds(Self.wave(Self.format(block: 777), Self.chunk("data", Self.second))) == 1000)
    }

    @Test(arguments: [(8, 2), (8, 4), (16, 1), (16, 3), (16, 4), (16, 8)] as [(UInt16, UInt16)])
    func aBlockLargerThanItsSamplesIsNotBelieved(_ bits: UInt16, _ block: UInt16) throws {
        let bytes = Self.wave(Self.format(block: block, bits: bits), Self.chunk("data", [UInt8](repeating: 1, count: 1000 * Int(bits))))
        #expect(try milliseconds(bytes) == 1000)
    }

    @Test(arguments: [6, 7] as [UInt16], [0, 4, 8, 16] as [UInt16])
    func companded(_ tag: UInt16, bits: UInt16) throws {
        let bytes = Self.wave(Self.format(tag: tag, block: 1, bits: bits), Self.chunk("data", [UInt8](repeating: 0xD5, count: 8000)))
        #expect(try milliseconds(bytes) == 1000)
        #expect(try AudioSamples.decoded(bytes).interleaved.count == 8000)
    }

    @Test(arguments: [FileFormat.wavIMA, .wavMicrosoft])
    func stereoADPCM(_ format: FileFormat) throws {
        let sound = try AudioSamples.decoded(AudioSamples.tones([500, 1200], seconds: 1.5, sampleRate: 16000).encoded(as: format))
        #expect(sound.channels == 2 && (48_000...50_100).contains(sound.interleaved.count))
        #expect(sound.pitch(ofChannel: 0) == 500 && sound.pitch(ofChannel: 1) == 1200)
    }

    /// libsndfile takes the sizes of blocks for the sizes of its buffers.
    @Test(arguments: [0, 1, 4, 5, 6, 7, 255, 1023, 65535] as [UInt16], [2, 0x11] as [UInt16])
    func blocksThatNoEncoderWrites(_ block: UInt16, _ tag: UInt16) throws {
        for channels in [1, 2, 3, 8] as [UInt16] {
            let bytes = Self.wave(Self.format(tag: tag, channels: channels, block: block, bits: 4), Self.chunk("data", Self.second))
            do {
                _ = try AudioSamples.decoded(bytes)
                #expect(channels <= 2)
            } catch AudioError.undecodable {}
        }
    }

    @Test func whatIsCutOffIsTold() throws {
        func isIncomplete(_ declared: UInt32?) throws -> Bool? {
            try AudioFacts(ofPlain: .bytes(Self.wave(Self.format(), Self.chunk("data", Self.second, declared: declared))), maxSeconds: 3600)?.isIncomplete
        }
        #expect(try isIncomplete(nil) == false)
        #expect(try isIncomplete(16_001) == false)
        #expect(try isIncomplete(16_002) == true)
        // Nobody knew how much there would be.
        for declared in [0, 0x7FFF_FFFF, UInt32.max, UInt32.max - 36] { #expect(try isIncomplete(declared) == false) }
    }

    @Test func twentyFourBitsInFourBytes() throws {
        let samples = (0..<8000).flatMap { _ in Self.little(Int32(0x4000_0000)) }
        let bytes = Self.wave(Self.format(block: 4, bits: 24), Self.chunk("data", samples))
        #expect(try milliseconds(bytes) == 1000)
        #expect(try AudioSamples.decoded(bytes).interleaved.allSatisfy { $0 == 0.5 })
    }

    @Test func theExtensibleHeader() throws {
        let guid: [UInt8] = [7, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
        let body =
            Self.little(UInt16(0xFFFE)) + Self.little(UInt16(1)) + Self.little(UInt32(8000)) + Self.little(UInt32(8000)) + Self.little(UInt16(1))
            + Self.little(UInt16(8)) + Self.little(UInt16(22)) + Self.little(UInt16(8)) + Self.little(UInt32(4)) + guid
        let muLaw = Self.wave(Self.chunk("fmt ", body), Self.chunk("data", [UInt8](repeating: 0xFF, count: 8000)))
        #expect(try milliseconds(muLaw) == 1000)
        #expect(try AudioSamples.decoded(muLaw).interleaved.allSatisfy { $0 == 0 })
    }

    @Test func sixtyFourBitSizes() throws {
        let sizes = Self.chunk("ds64", Self.little(UInt64(0)) + Self.little(UInt64(8000)) + Self.little(UInt64(4000)) + Self.little(UInt32(0)))
        let bytes = Self.wave(sizes, Self.format(), Self.chunk("data", Self.second, declared: .max), magic: "RF64")
        #expect(try milliseconds(bytes) == 500)
    }

    @Test func hoursAreTooLong() throws {
        let bytes = Self.wave(Self.format(rate: 4000, block: 1, bits: 8), Self.chunk("data", [UInt8](repeating: 128, count: 40_004)))
        #expect(try AudioFacts(ofPlain: .bytes(Array(bytes.dropLast(4))), maxSeconds: 10)?.durationMilliseconds == 10_000)
        #expect(throws: AudioError.tooLong(limitSeconds: 10)) { try AudioFacts(ofPlain: .bytes(bytes), maxSeconds: 10) }
    }
}
