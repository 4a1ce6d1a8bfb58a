import NIOCore
import Testing
import Voicemail

@testable import Audio

@Suite struct FLACTests {
    static func flac(_ pitch: Double = 500, seconds: Double = 2, sampleRate: Int = 8000) throws -> [UInt8] {
        try AudioSamples.tones([pitch], seconds: seconds, sampleRate: sampleRate).encoded(as: .flac)
    }

    static func facts(_ bytes: [UInt8]) throws -> AudioFacts {
        let budget = WorkBudget(maxSeconds: 3600, timeLimit: .seconds(600), cancellation: StopSignal(), shutdown: StopSignal())
        return try AudioFacts(decoding: .bytes(bytes), budget: budget)
    }

    /// Where the frames of a file of ours begin, and its end.
    static func frames(of bytes: [UInt8]) -> [Int] {
        var offset = 4
        while bytes[offset] & 0x80 == 0 { offset += 4 + length(bytes, offset) }
        offset += 4 + length(bytes, offset)
        var frames = [offset]
        let start = Array(bytes[offset..<offset + 2])
        for index in offset + 1..<bytes.count - 5 where Array(bytes[index..<index + 2]) == start && Int(bytes[index + 4]) == frames.count {
            frames.append(index)
        }
        return frames + [bytes.count]
    }

    private static func length(_ bytes: [UInt8], _ block: Int) -> Int {
        Int(bytes[block + 1]) << 16 | Int(bytes[block + 2]) << 8 | Int(bytes[block + 3])
    }

    /// The same sound in Ogg, a frame a page (RFC 9639 section 10.1).
    static func ogg(_ flac: [UInt8], serial: UInt8 = 7) -> [UInt8] {
        let frames = frames(of: flac)
        var information = Array(flac[4..<FLACHeader.byteCount])
        information[0] = 0
        let comment: [UInt8] = [0x84, 0, 0, 8] + [UInt8](repeating: 0, count: 8)
        var packets: [(bytes: [UInt8], granule: Int)] = [
            ([0x7F] + Array("FLAC".utf8) + [1, 0, 0, 1] + Array("fLaC".utf8) + information, 0), (comment, 0),
        ]
        for (index, start) in frames.dropLast().enumerated() { packets.append((Array(flac[start..<frames[index + 1]]), (index + 1) * 4096)) }
        return packets.enumerated().flatMap { index, packet in
            let whole = packet.bytes.count / 255
            var page = Array("OggS".utf8) + [0, index == 0 ? 2 : 0]
            page += (0..<8).map { UInt8(truncatingIfNeeded: packet.granule >> (8 * $0)) }
            page += [serial, 0, 0, 0, UInt8(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index >> 8), 0, 0, 0, 0, 0, 0]
            page += [UInt8(whole + 1)] + [UInt8](repeating: 255, count: whole) + [UInt8(packet.bytes.count % 255)] + packet.bytes
            OggTests.sign(&page, page.indices)
            return page
        }
    }

    private static let tag3 = Array("ID3".utf8) + [4, 0, 0, 0, 0, 1, 0] + [UInt8](repeating: 0x20, count: 128)
    private static let tag1 = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)

    @Test func oneIsMeasuredWhole() throws {
        let found = try Self.facts(Self.flac())
        #expect(found == AudioFacts(frames: 16_000, sampleRate: 8000, channels: 1, container: "flac"))
    }

    /// Each is heard, also with tags between and of another rate.
    @Test func joinedFilesAreHeardToTheirEnd() async throws {
        let (first, second) = (try Self.flac(500), try Self.flac(1500))
        for bytes in [first + second, Self.tag3 + first + Self.tag1 + Self.tag3 + second + Self.tag1] {
            let found = try Self.facts(bytes)
            #expect(found == AudioFacts(frames: 32_000, sampleRate: 8000, channels: 1, container: "flac"))
            let halves = try AudioSamples.decoded(bytes).interleaved
            #expect(AudioSamples(interleaved: Array(halves[..<16_000]), sampleRate: 8000, channels: 1).pitch() == 500)
            #expect(AudioSamples(interleaved: Array(halves[16_000...]), sampleRate: 8000, channels: 1).pitch() == 1500)
            try await withEngine { engine, _ in
                let rendered = try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone)
                #expect(rendered.reader.size == 44 + 2 * 32_000)
            }
        }
        let mixed = try Self.facts(first + Self.flac(500, sampleRate: 16_000))
        #expect(mixed == AudioFacts(frames: 64_000, sampleRate: 16_000, channels: 1, container: "flac"))
    }

    @Test func junkBefore() throws {
        let bytes = try Self.flac()
        for junk in [Self.tag3, Self.tag3 + [0, 0, 0], Array("fLaC".utf8), [UInt8](repeating: 0xFF, count: FLACInput.mostJunk - 4)] {
            let found = try Self.facts(junk + bytes)
            #expect(found == AudioFacts(frames: 16_000, sampleRate: 8000, channels: 1, container: "flac"))
        }
        let far = [UInt8](repeating: 0, count: FLACInput.mostJunk - 3) + bytes
        #expect(throws: AudioError.undecodable) { try Self.facts(far) }
    }

    /// What is cut short is told, of each; what only has something behind it is whole.
    @Test func whatIsLostIsTold() throws {
        let bytes = try Self.flac()
        let frames = Self.frames(of: bytes)
        let cut = Array(bytes[..<frames[frames.count - 2]])
        #expect(try Self.facts(bytes + [UInt8](repeating: 0, count: 5000)).isIncomplete == false)
        #expect(try Self.facts(bytes + Self.tag1).isIncomplete == false)
        #expect(try Self.facts(cut).isIncomplete)
        #expect(try Self.facts(Array(bytes.dropLast(10))).isIncomplete)
        #expect(try Self.facts(bytes + cut).isIncomplete)
        #expect(try Self.facts(cut + bytes).isIncomplete)
        #expect(try Self.facts(cut + bytes).frames == 16_000 + (frames.count - 2) * 4096)
        var damaged = bytes
        damaged[(frames[1] + frames[2]) / 2] ^= 0x55
        #expect(try Self.facts(damaged).isIncomplete)
    }

    @Test func inOgg() throws {
        let bytes = try Self.flac(700)
        let ogg = Self.ogg(bytes)
        #expect(try Self.facts(ogg) == AudioFacts(frames: 16_000, sampleRate: 8000, channels: 1, container: "ogg"))
        #expect(try AudioSamples.decoded(ogg).interleaved == AudioSamples.decoded(bytes).interleaved)
        let two = try Self.facts(ogg + Self.ogg(Self.flac(700, sampleRate: 16_000), serial: 8))
        #expect(two == AudioFacts(frames: 64_000, sampleRate: 16_000, channels: 1, container: "ogg"))
        // With another codec behind it, too.
        let opus = try Self.facts(ogg + OggTests.opus(1))
        #expect(opus.sampleRate == 48_000 && opus.durationMilliseconds == 3000 && !opus.isIncomplete)
        #expect(try Self.facts(Array(ogg[..<(ogg.count / 2)])).isIncomplete)
    }

    /// What is no codec of ours is refused, whatever the container.
    @Test func otherCodecsInOgg() throws {
        var page = try OggTests.opus(1)
        let first = try OggTests.pages(of: page)[0]
        for name in ["Speex   ", "\u{1}video..", "fishead\0"] {
            page.replaceSubrange(first.bodyStart..<first.bodyStart + 8, with: Array(name.utf8.prefix(8)))
            OggTests.sign(&page, first.range)
            #expect(throws: AudioError.undecodable) { try Self.facts(page) }
        }
    }
}
