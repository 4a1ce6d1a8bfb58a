import Foundation
import NIOCore
import Testing
import Voicemail

@testable import Audio

@Suite struct MeasureTests {
    /// What a codec may add to 1.5 s: WAV's GSM, raw GSM and some ADPCM fill their last block.
    static func tolerance(_ format: FileFormat) -> Int {
        switch format {
        case .wavGSM: 40
        case .gsm, .wavG721: 20
        case .wavIMA: 70
        default: 1
        }
    }

    @Test(arguments: FileFormat.allCases)
    func everyFormatFromMemoryAndFromAFile(_ format: FileFormat) async throws {
        let bytes = try AudioSamples.tones([440], seconds: 1.51).encoded(as: format)
        let path = try writeTemporary(bytes)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await withEngine { engine, _ in
            let facts = try await engine.measure(.bytes(bytes))
            #expect(abs(facts.durationMilliseconds - 1510) <= Self.tolerance(format), "\(facts)")
            #expect(facts.container == format.container.rawValue)
            #expect(facts.sampleRate == 8000)
            #expect(facts.channels == 1)
            #expect(try await engine.measure(.file(path: path)) == facts)
        }
    }

    @Test(arguments: [FileFormat.wavPCM8, .wavPCM16, .wavPCM24, .wavPCM32, .wavFloat, .wavMuLaw, .wavALaw, .gsm, .wavGSM])
    func plainAudioIsMeasuredAsDecodingWould(_ format: FileFormat) throws {
        let bytes = try AudioSamples.murmur(seconds: 0.7123).encoded(as: format)
        let plain = try #require(try AudioFacts(ofPlain: .bytes(bytes), maxSeconds: 60))
        let budget = WorkBudget(maxSeconds: 60, timeLimit: .seconds(600), cancellation: StopSignal(), shutdown: StopSignal())
        #expect(try AudioFacts(decoding: .bytes(bytes), budget: budget) == plain)
        #expect(try AudioInput(recognising: ByteSource(.bytes(bytes))).exactFrames == AudioSamples.decoded(bytes).interleaved.count)
    }

    @Test(arguments: [FileFormat.mp3, .oggVorbis, .oggOpus, .flac])
    func compressedAudioIsNotMeasuredByItsHeader(_ format: FileFormat) throws {
        let bytes = try AudioSamples.murmur(seconds: 0.5).encoded(as: format)
        #expect(try AudioFacts(ofPlain: .bytes(bytes), maxSeconds: 60) == nil)
    }

    @Test(arguments: [8000, 11025, 16000, 22050, 44100, 48000])
    func theSampleRateIsTheFiles(_ sampleRate: Int) async throws {
        let bytes = try AudioSamples.tones([440, 600], seconds: 1, sampleRate: sampleRate).encoded(as: .flac)
        try await withEngine { engine, _ in
            let facts = try await engine.measure(.bytes(bytes))
            #expect(facts == AudioFacts(frames: sampleRate, sampleRate: sampleRate, channels: 2, container: "flac"))
        }
    }

    @Test func aMissingFileIsAFailureNotBadAudio() async throws {
        try await withEngine { engine, _ in
            let error = await #expect(throws: AudioError.self) { try await engine.measure(.file(path: "/nonexistent/audio")) }
            guard case .failed? = error else { Issue.record("\(String(describing: error))"); return }
        }
    }

    @Test func aDirectoryAndAPipeAreNotAudio() async throws {
        let pipe = FileManager.default.temporaryDirectory.appendingPathComponent("pipe-\(HexID.random())").path
        try #require(mkfifo(pipe, 0o600) == 0)
        defer { unlink(pipe) }
        try await withEngine { engine, cache in
            for path in [cache, pipe] {
                await #expect(throws: AudioError.failed("the audio is not a regular file")) { try await engine.measure(.file(path: path)) }
            }
        }
    }
}
