import NIOCore
import Testing
import Voicemail

@testable import Audio

@Suite struct RenderTests {
    static let renditions: [Rendition] = [
        .telephone, .wideband, .mp3, .mp3Channels, .gsm, Rendition(.wav, sampleRate: nil, mono: false),
    ]

    @Test(arguments: FileFormat.allCases, renditions)
    func theToneComesThrough(_ format: FileFormat, _ rendition: Rendition) async throws {
        let bytes = try AudioSamples.tones([1000], seconds: 1.5).encoded(as: format)
        try await withEngine { engine, _ in
            let rendered = try await engine.render(.bytes(bytes), key: BlobID(), as: rendition)
            #expect(rendered.contentType == rendition.container.contentType)
            let output = try await rendered.bytes()
            let facts = try await engine.measure(.bytes(output))
            #expect(facts.container == rendition.container.rawValue)
            #expect(facts.sampleRate == rendition.sampleRate ?? 8000)
            #expect(facts.channels == 1)
            #expect(abs(facts.durationMilliseconds - 1500) <= MeasureTests.tolerance(format) + 20, "\(facts)")
            let sound = try AudioSamples.decoded(output)
            #expect(sound.pitch() == 1000)
            #expect(abs(sound.power(at: 1000) - 0.0625) < 0.02, "\(sound.power(at: 1000))")
        }
    }

    /// Clients are told sizes before anything is rendered.
    @Test(arguments: [8000, 11025, 12000, 16000, 22050, 44100, 48000, 96000])
    func sizesAreKnownBeforehand(_ sampleRate: Int) async throws {
        try await withEngine { engine, _ in
            for (channels, seconds) in [(1, 0.01), (1, 1.5), (2, 0.7123), (2, 3.3), (3, 0.5), (1, 7.77)] as [(Int, Double)] {
                let pitches = [300, 500, 700].prefix(channels).map { Double($0) }
                let bytes = try AudioSamples.tones(Array(pitches), seconds: seconds, sampleRate: sampleRate).encoded(as: .wavPCM16)
                let facts = try await engine.measure(.bytes(bytes))
                for rendition in [Rendition.mp3, .mp3Channels, .telephone, Rendition(.wav, sampleRate: nil, mono: false)] {
                    let size = try await engine.render(.bytes(bytes), key: BlobID(), as: rendition).reader.size
                    #expect(engine.size(of: facts, as: rendition) == size, "\(rendition.name) of \(channels) channels, \(seconds) s")
                }
            }
        }
    }

    @Test func telephoneWaveIsTheExactFileATelephoneWants() async throws {
        let source = AudioSamples.murmur(seconds: 1)
        let bytes = try source.encoded(as: .wavMuLaw)
        try await withEngine { engine, _ in
            let output = try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone).bytes()
            #expect(output.count == 44 + 16000)
            #expect(output.hasText("RIFF") && output.hasText("WAVEfmt ", at: 8) && output.hasText("data", at: 36))
            #expect(Array(output[16..<36]) == [16, 0, 0, 0, 1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 16, 0])
            // Not a bit is lost where nothing has to change.
            #expect(try AudioSamples.decoded(output).interleaved == AudioSamples.decoded(bytes).interleaved)
        }
    }

    @Test func sixteenBitSamplesSurviveUnchanged() async throws {
        let everySample = (Int(Int16.min)...Int(Int16.max)).map { Float($0) / 32768 }
        let bytes = try AudioSamples(interleaved: everySample, sampleRate: 8000, channels: 1).encoded(as: .wavPCM16)
        try await withEngine { engine, _ in
            let output = try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone).bytes()
            #expect(output == bytes)
        }
    }

    @Test(arguments: [(44100, 8000), (48000, 16000), (11025, 8000), (8000, 16000), (384_000, 8000)])
    func theRateIsChangedWithoutChangingPitchOrLength(_ from: Int, _ to: Int) async throws {
        let bytes = try AudioSamples.tones([700], seconds: 2, sampleRate: from).encoded(as: .wavPCM16)
        try await withEngine { engine, _ in
            let output = try await engine.render(.bytes(bytes), key: BlobID(), as: Rendition(.wav, sampleRate: to, mono: true)).bytes()
            let sound = try AudioSamples.decoded(output)
            #expect(sound.interleaved.count == 2 * to)
            #expect(sound.pitch() == 700)
        }
    }

    @Test func whatIsAboveTheNewRateIsFilteredNotFolded() async throws {
        let bytes = try AudioSamples.tones([5000], seconds: 1, sampleRate: 16000).encoded(as: .wavPCM16)
        try await withEngine { engine, _ in
            let sound = try AudioSamples.decoded(try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone).bytes())
            #expect(sound.power(at: 3000) < 1e-6)
        }
    }

    @Test func loudAndInvalidSamplesAreClippedNotWrapped() async throws {
        var samples = AudioSamples.tones([1000], seconds: 1, amplitude: 3).interleaved
        samples[100] = .nan
        samples[200] = .infinity
        samples[300] = -.infinity
        samples[400] = 1e30
        let bytes = try AudioSamples(interleaved: samples, sampleRate: 8000, channels: 1).encodedUnclipped()
        try await withEngine { engine, _ in
            for rendition in Self.renditions {
                let sound = try AudioSamples.decoded(try await engine.render(.bytes(bytes), key: BlobID(), as: rendition).bytes())
                #expect(sound.pitch() == 1000)
                #expect(sound.interleaved.allSatisfy { $0.isFinite })
            }
            let peaks = try await engine.peaks(.bytes(bytes), count: 10)
            #expect(peaks.allSatisfy { $0 == Peak(low: -1, high: 1) })
        }
    }

    @Test func mp3TakesTheNextRateItHas() async throws {
        let bytes = try AudioSamples.tones([700], seconds: 1, sampleRate: 9000).encoded(as: .wavPCM16)
        try await withEngine { engine, _ in
            let output = try await engine.render(.bytes(bytes), key: BlobID(), as: Rendition(.mp3, sampleRate: nil, mono: true)).bytes()
            #expect(try AudioSamples.decoded(output).sampleRate == 11025)
            let high = try AudioSamples.tones([700], seconds: 1, sampleRate: 96000).encoded(as: .wavPCM16)
            let capped = try await engine.render(.bytes(high), key: BlobID(), as: .mp3Channels).bytes()
            #expect(try AudioSamples.decoded(capped).sampleRate == 48000)
        }
    }

    @Test(arguments: [(8000, 1, 24), (16000, 1, 40), (16000, 2, 80), (44100, 2, 128)])
    func mp3HasTheBitRateMeantForSpeech(_ sampleRate: Int, _ channels: Int, _ kilobits: Int) throws {
        let bytes = try AudioSamples.tones(Array(repeating: 700, count: channels), seconds: 10, sampleRate: sampleRate).encoded(as: .mp3)
        #expect(abs(bytes.count - kilobits * 1250) < kilobits * 1250 / 40)
    }

    @Test(arguments: [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000], [1, 2])
    func mp3IsExactlyAsLongAsItsSource(_ sampleRate: Int, _ channels: Int) throws {
        let sound = AudioSamples.tones(Array(repeating: 700, count: channels), seconds: 1.2345, sampleRate: sampleRate)
        #expect(try AudioSamples.decoded(sound.encoded(as: .mp3)).interleaved.count == sound.interleaved.count)
    }

    @Test(arguments: [0, -8000, 3999, 384_001, Int.max])
    func aRateNobodyHasIsRefused(_ sampleRate: Int) async throws {
        let bytes = try AudioSamples.tones([700], seconds: 1).encoded(as: .wavPCM16)
        try await withEngine { engine, cache in
            await #expect(throws: AudioError.failed("no rendering at \(sampleRate) Hz")) {
                try await engine.render(.bytes(bytes), key: BlobID(), as: Rendition(.wav, sampleRate: sampleRate, mono: true))
            }
            let kept = try renderings(in: cache)
            #expect(kept == [])
        }
    }
}

extension AudioSamples {
    /// A WAV of 32-bit floating point with the samples as they are, also those that no encoder of ours would write.
    func encodedUnclipped() throws -> [UInt8] {
        var bytes = try AudioSamples(interleaved: interleaved.map { _ in 0 }, sampleRate: sampleRate, channels: channels).encoded(as: .wavFloat)
        let start = bytes.count - 4 * interleaved.count
        for (index, sample) in interleaved.enumerated() {
            withUnsafeBytes(of: sample.bitPattern.littleEndian) { bytes.replaceSubrange(start + 4 * index..<start + 4 * index + 4, with: $0) }
        }
        return bytes
    }
}
