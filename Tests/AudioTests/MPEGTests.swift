import NIOCore
import Testing
import Voicemail

@testable import Audio

@Suite struct MPEGTests {
    static func mp3(_ seconds: Double = 1, sampleRate: Int = 8000) throws -> [UInt8] {
        try AudioSamples.tones([700], seconds: seconds, sampleRate: sampleRate).encoded(as: .mp3)
    }

    /// Where each frame of a clean file begins.
    static func frames(of bytes: [UInt8]) throws -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        while ranges.last?.upperBound ?? 0 < bytes.count {
            let start = ranges.last?.upperBound ?? 0
            ranges.append(start..<start + (try #require(MPEGFrame(bytes[start...].prefix(4)))).byteCount)
        }
        return ranges
    }

    static func id3(_ body: Int, footer: Bool = false) -> [UInt8] {
        let size = [21, 14, 7, 0].map { UInt8(body >> $0 & 0x7F) }
        return Array("ID3".utf8) + [4, 0, footer ? 0x10 : 0] + size + [UInt8](repeating: 0xFF, count: body)
            + (footer ? Array("3DI".utf8) + [4, 0, 0x10] + size : [])
    }

    func milliseconds(_ bytes: [UInt8]) throws -> Int? { try facts(bytes)?.durationMilliseconds }

    func facts(_ bytes: [UInt8]) throws -> AudioFacts? {
        let budget = WorkBudget(maxSeconds: 3600, timeLimit: .seconds(600), cancellation: StopSignal(), shutdown: StopSignal())
        do {
            return try AudioFacts(decoding: .bytes(bytes), budget: budget)
        } catch AudioError.undecodable {
            return nil
        }
    }

    @Test func theHeaderOfAFrame() throws {
        let frame = try #require(MPEGFrame([0xFF, 0xFB, 0x90, 0x64]))
        #expect(frame.version == .mpeg1)
        #expect(frame.sampleRate == 44100)
        #expect(frame.channels == 2)
        #expect(frame.byteCount == 417)
        #expect(try #require(MPEGFrame([0xFF, 0xE3, 0x48, 0xC4])).sampleRate == 8000)
        // Layers I and II, reserved version, layer, bit rate, sample rate and emphasis, free format, no sync.
        for header in [
            [0xFF, 0xFF, 0x90, 0x64], [0xFF, 0xFD, 0x90, 0x64], [0xFF, 0xEB, 0x90, 0x64], [0xFF, 0xF9, 0x90, 0x64], [0xFF, 0xFB, 0xF0, 0x64],
            [0xFF, 0xFB, 0x9C, 0x64], [0xFF, 0xFB, 0x90, 0x66], [0xFF, 0xFB, 0x00, 0x64], [0xFE, 0xFB, 0x90, 0x64], [0xFF, 0xFB, 0x90],
        ] as [[UInt8]] {
            #expect(MPEGFrame(header) == nil)
        }
    }

    @Test(arguments: [false, true])
    func tagsAreSteppedOver(_ footer: Bool) throws {
        let bytes = try Self.mp3()
        #expect(try milliseconds(Self.id3(5000, footer: footer) + bytes) == 1000)
        #expect(try milliseconds(Self.id3(300) + Self.id3(200, footer: footer) + bytes + Array("TAG".utf8) + [UInt8](repeating: 32, count: 125)) == 1000)
    }

    @Test func aTagMayStandBeforeFLACToo() throws {
        #expect(try milliseconds(Self.id3(500) + AudioSamples.tones([700], seconds: 1).encoded(as: .flac)) == 1000)
    }

    @Test func aTagLargerThanTheFileIsNoAudio() throws {
        #expect(try milliseconds(Self.id3(100_000).prefix(10) + Self.mp3()) == nil)
    }

    @Test(arguments: [(1, 1000), (65_537, 1000), (MPEGInput.mostJunk, 1000), (MPEGInput.mostJunk + 1, nil)])
    func junkMayComeFirst(_ count: Int, _ expected: Int?) throws {
        #expect(try milliseconds([UInt8](repeating: 0xFF, count: count) + Self.mp3()) == expected)
    }

    @Test func threeFramesOrTwoThatAreAll() throws {
        let bytes = try Self.mp3()
        let frames = try Self.frames(of: bytes)
        #expect(try milliseconds(Array(bytes[frames[1].lowerBound..<frames[3].lowerBound])) != nil)
        #expect(try milliseconds(Array(bytes[frames[1]])) == nil)
        let noise = [UInt8](repeating: 0x55, count: 3000)
        #expect(try milliseconds(Array(bytes[frames[1].lowerBound..<frames[3].lowerBound]) + noise) == nil)
        #expect(try milliseconds(Array(bytes[frames[1].lowerBound..<frames[4].lowerBound]) + noise) != nil)
    }

    @Test(arguments: [0, 1, 5, 1_000_000])
    func aLyingCountOfFramesIsNotBelieved(_ stated: UInt32) throws {
        var bytes = try Self.mp3(2)
        let word = try #require(bytes.indices.first { bytes.hasText("Info", at: $0) })
        bytes.replaceSubrange(word + 8..<word + 12, with: withUnsafeBytes(of: stated.bigEndian) { Array($0) })
        let found = try #require(try milliseconds(bytes))
        #expect((2000...2300).contains(found), "\(found)")
    }

    /// The first frames are large and the rest small, so that a length guessed from the first would be much too short.
    @Test func aVariableRateWithoutACountIsDecodedToItsEnd() throws {
        let loud = try AudioSamples.tones([700, 700], seconds: 1, sampleRate: 44100).encoded(as: .mp3)
        let quiet = try AudioSamples.tones([700], seconds: 8, sampleRate: 44100).encoded(as: .mp3)
        let (first, second) = (try Self.frames(of: loud), try Self.frames(of: quiet))
        let bytes = Array(quiet[second[1].lowerBound...]) + Array(quiet[second[1].lowerBound...])
        let found = try #require(try milliseconds(bytes))
        #expect((16_000...16_200).contains(found), "\(found)")
        let mixed = Array(loud[first[1].lowerBound...]) + Array(quiet[second[1].lowerBound...])
        let partly = try #require(try milliseconds(mixed))
        #expect((8_900...9_200).contains(partly), "\(partly)")
    }

    @Test func filesJoinedEndToEndAreHeardWhole() throws {
        let bytes = try Self.mp3(2) + Self.mp3(3)
        let found = try #require(try milliseconds(bytes))
        #expect((5000...5500).contains(found), "\(found)")
    }

    /// Tags of joined files, zeros of what was lost, text: whatever is no frame.
    @Test(arguments: [512, 1024, 2048, 65_536, 200_000])
    func foreignBytesBetweenFramesAreSteppedOver(_ count: Int) throws {
        let bytes = try Self.mp3(3)
        for junk in [
            [UInt8](repeating: 0, count: count), [UInt8](repeating: 0xFF, count: count), Self.id3(count),
            Array("APETAGEX".utf8) + [UInt8](repeating: 32, count: count),
        ] {
            let found = try #require(try facts(bytes + junk + bytes))
            #expect((6000...6500).contains(found.durationMilliseconds) && !found.isIncomplete, "\(found)")
        }
    }

    @Test func partsOfOtherRatesAndChannelsAreHeardWhole() throws {
        let parts = try [([700.0], 8000), ([700, 700], 8000), ([700], 16000), ([700, 700], 44100), ([700], 22050)].map { pitches, rate in
            try AudioSamples.tones(pitches, seconds: 2, sampleRate: rate).encoded(as: .mp3)
        }
        for first in parts {
            for second in parts {
                let found = try #require(try facts(first + second))
                #expect((4000...4600).contains(found.durationMilliseconds) && !found.isIncomplete, "\(found)")
                #expect(try AudioSamples.decoded(first + second).pitch() == 700)
            }
        }
        let all = try #require(try facts(parts.flatMap { $0 }))
        #expect((10_000...11_200).contains(all.durationMilliseconds), "\(all)")
        #expect(all.sampleRate == 44100 && all.channels == 2)
    }

    /// A frame that was cut off, and then another file: its first frame is not swallowed.
    @Test func aStumpBetweenFilesIsLeftOut() throws {
        let bytes = try Self.mp3(3)
        let last = try #require(try Self.frames(of: bytes).last)
        let found = try #require(try milliseconds(Array(bytes[..<(last.lowerBound + 20)]) + bytes))
        #expect((5900...6500).contains(found), "\(found)")
    }

    @Test func whatIsCutOffIsTold() throws {
        let bytes = try Self.mp3(3)
        #expect(try facts(bytes)?.isIncomplete == false)
        // The info frame counts more than there are.
        let frames = try Self.frames(of: bytes)
        #expect(try facts(Array(bytes[..<frames[frames.count - 3].lowerBound]))?.isIncomplete == true)
        #expect(try facts(Array(bytes.dropLast(10)))?.isIncomplete == true)
    }

    @Test func insideWAV() throws {
        let bytes = try Self.mp3(2)
        let wave = WaveHeaderTests.wave(WaveHeaderTests.format(tag: 0x55, block: 1, bits: 0), WaveHeaderTests.chunk("data", bytes))
        let found = try #require(try facts(wave))
        #expect((1990...2100).contains(found.durationMilliseconds) && found.container == "wav", "\(found)")
    }
}
