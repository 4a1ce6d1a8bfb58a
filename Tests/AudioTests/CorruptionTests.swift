import NIOCore
import Testing
import Voicemail

@testable import Audio

/// Damaged and hostile bytes: either some sound is found or the error is `undecodable`; nothing crashes and
/// nothing is empty.
@Suite struct CorruptionTests {
    /// Measures and renders, and checks that both agree on whether there is sound.
    static func probe(_ bytes: [UInt8], _ engine: AudioEngine, _ comment: Comment) async throws {
        var facts: AudioFacts?
        do {
            facts = try await engine.measure(.bytes(bytes))
        } catch AudioError.undecodable {}
        do {
            let rendered = try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone)
            #expect(rendered.reader.size > 44, comment)
            #expect(facts != nil, comment)
            let frames = (rendered.reader.size - 44) / 2
            let expected = (facts?.durationMilliseconds ?? 0) * 8
            #expect(abs(frames - expected) <= 16, comment)
        } catch AudioError.undecodable {
            #expect(facts == nil, comment)
        }
    }

    @Test(arguments: FileFormat.allCases)
    func cutAtManyPlaces(_ format: FileFormat) async throws {
        let bytes = try AudioSamples.murmur(seconds: 0.6).encoded(as: format)
        try await withEngine { engine, _ in
            var places = Set(0..<80)
            places.formUnion(stride(from: 80, to: bytes.count, by: max(1, bytes.count / 40)))
            places.formUnion(bytes.count - 40..<bytes.count)
            for place in places.sorted() {
                try await Self.probe(Array(bytes[..<place]), engine, "\(format) cut at \(place)")
            }
        }
    }

    @Test(arguments: [FileFormat.wavPCM16, .wavMuLaw, .wavGSM, .gsm, .mp3, .oggOpus, .oggVorbis, .flac])
    func halfAFileIsAboutHalfTheSound(_ format: FileFormat) async throws {
        // Vorbis comes in pages of several seconds, of which a cut one is lost.
        let bytes = try AudioSamples.murmur(seconds: 20).encoded(as: format)
        try await withEngine { engine, _ in
            let half = try await engine.measure(.bytes(Array(bytes[..<(bytes.count / 2)])))
            #expect((5000...12000).contains(half.durationMilliseconds), "\(half)")
        }
    }

    @Test(arguments: FileFormat.allCases)
    func flippedBits(_ format: FileFormat) async throws {
        let bytes = try AudioSamples.murmur(seconds: 0.6).encoded(as: format)
        var random = SplitMix64(seed: 42)
        try await withEngine { engine, _ in
            for round in 0..<60 {
                var damaged = bytes
                // Half of the rounds aim at the headers, where a bit says most.
                let reach = round % 2 == 0 ? min(200, bytes.count) : bytes.count
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    damaged[Int.random(in: 0..<reach, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
                do {
                    try await Self.probe(damaged, engine, "\(format) round \(round)")
                } catch AudioError.tooLong {}
            }
        }
    }

    @Test(arguments: FileFormat.allCases)
    func stretchesReplacedByNoise(_ format: FileFormat) async throws {
        let bytes = try AudioSamples.murmur(seconds: 0.6).encoded(as: format)
        var random = SplitMix64(seed: 7)
        try await withEngine { engine, _ in
            for round in 0..<40 {
                var damaged = bytes
                let start = Int.random(in: 0..<bytes.count, using: &random)
                for index in start..<min(bytes.count, start + Int.random(in: 1...300, using: &random)) { damaged[index] = .random(in: 0...255, using: &random) }
                do {
                    try await Self.probe(damaged, engine, "\(format) round \(round)")
                } catch AudioError.tooLong {}
            }
        }
    }

    @Test func randomBytesAreNoAudio() async throws {
        var random = SplitMix64(seed: 3)
        try await withEngine { engine, _ in
            for size in [1, 4, 32, 33, 34, 66, 330, 1000, 10_000, 200_000] {
                for _ in 0..<(size < 20_000 ? 50 : 5) {
                    let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
                    await #expect(throws: AudioError.undecodable) { try await engine.measure(.bytes(bytes)) }
                }
            }
        }
    }

    static let texts: [String] = [
        "", "\0", String(repeating: "\0", count: 5000), String(repeating: "ÿ", count: 3000),
        String(repeating: "Hello, I am not a recording. ", count: 400),
        String(repeating: "Привет, я не запись. ", count: 400), String(repeating: "п", count: 400),
        "<html><body>504 Gateway Time-out</body></html>", "{\"data\":[]}", "RIFF", "RIFFxxxxWAVE", "OggS", "fLaC", "ID3", "ID3\u{4}\0\0\0\0\0\0",
    ]

    @Test(arguments: texts)
    func textIsNoAudio(_ text: String) async throws {
        try await withEngine { engine, _ in
            for bytes in [Array(text.utf8), text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }] {
                await #expect(throws: AudioError.undecodable) { try await engine.measure(.bytes(bytes)) }
                await #expect(throws: AudioError.undecodable) { try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone) }
                await #expect(throws: AudioError.undecodable) { try await engine.peaks(.bytes(bytes), count: 10) }
            }
        }
    }

    /// Containers that libsndfile reads and nobody sends; their parsers stay out of reach.
    @Test(arguments: [
        "FORM\0\0\0\u{2E}AIFFCOMM", ".snd\0\0\0\u{18}", "Creative Voice File\u{1A}", "caff\0\u{1}\0\0", "NIST_1A\n   1024", "riff", "RIFX\0\0\0\0WAVE",
        "MATLAB 5.0 MAT-file", " paf", "2BIT",
    ])
    func otherContainersAreRefused(_ magic: String) async throws {
        let bytes = magic.unicodeScalars.map { UInt8($0.value) } + [UInt8](repeating: 1, count: 4000)
        try await withEngine { engine, _ in
            await #expect(throws: AudioError.undecodable) { try await engine.measure(.bytes(bytes)) }
        }
    }

    /// Pieces of many files in any order, with foreign bytes between: chains, joined parts, stumps.
    @Test func piecesInAnyOrder() async throws {
        let files =
            try FileFormat.allCases.map { try AudioSamples.murmur(seconds: 0.5, seed: 3).encoded(as: $0) }
            + [.mp3, .oggVorbis, .oggOpus, .flac].map { try AudioSamples.tones([500, 700], seconds: 0.5, sampleRate: 24000).encoded(as: $0) }
        var random = SplitMix64(seed: 10)
        try await withEngine { engine, _ in
            for round in 0..<150 {
                var bytes: [UInt8] = []
                for _ in 0..<Int.random(in: 1...5, using: &random) {
                    let file = files[Int.random(in: 0..<files.count, using: &random)]
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: bytes += file.dropLast(Int.random(in: 0..<file.count, using: &random))
                    case 1: bytes += (0..<Int.random(in: 1...3000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                    default: bytes += file
                    }
                }
                try await Self.probe(bytes, engine, "round \(round)")
            }
        }
    }

    /// What is told of a length and what is rendered are the same to the sample, whatever the file's rate.
    @Test(arguments: [8000, 11025, 16000, 22050, 44100, 48000])
    func theSizeOfARenderingIsKnownBeforehand(_ rate: Int) async throws {
        try await withEngine { engine, _ in
            for frames in [1, 2, 7, 80_003 % rate, rate + 1, rate * 2 - 1] {
                let sound = AudioSamples(interleaved: [Float](repeating: 0.25, count: frames * 2), sampleRate: rate, channels: 2)
                for format in [FileFormat.wavPCM8, .wavMuLaw, .wavIMA, .flac, .mp3, .oggVorbis] {
                    let bytes = try sound.encoded(as: format)
                    guard let facts = try? await engine.measure(.bytes(bytes)) else { continue }
                    for rendition in [Rendition.telephone, .wideband, Rendition(.wav, sampleRate: nil, mono: false)] {
                        let size = try await engine.render(.bytes(bytes), key: BlobID(), as: rendition).reader.size
                        #expect(rendition.size(of: facts) == size, "\(format) \(frames) \(rendition.name)")
                    }
                }
            }
        }
    }
}
