import NIOCore
import Testing
import Voicemail

@testable import Audio

@Suite struct OggTests {
    static func opus(_ seconds: Double = 6) throws -> [UInt8] { try AudioSamples.murmur(seconds: seconds).encoded(as: .oggOpus) }

    static func pages(of bytes: [UInt8]) throws -> [OggPage] {
        let source = try ByteSource(.bytes(bytes))
        var pages: [OggPage] = []
        var checked = 0
        while let page = try OggPage(in: source, at: pages.last?.range.upperBound ?? 0, checked: &checked) { pages.append(page) }
        return pages
    }

    /// Gives the page at `range` a checksum that holds.
    static func sign(_ bytes: inout [UInt8], _ range: Range<Int>) {
        bytes.replaceSubrange(range.lowerBound + 22..<range.lowerBound + 26, with: [0, 0, 0, 0])
        let checksum = OggPage.checksum(of: Array(bytes[range]))
        bytes.replaceSubrange(range.lowerBound + 22..<range.lowerBound + 26, with: WaveHeaderTests.little(checksum))
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

    @Test func ourChecksumIsTheLibrarys() throws {
        for format in [FileFormat.oggOpus, .oggVorbis] {
            let bytes = try AudioSamples.murmur(seconds: 6).encoded(as: format)
            #expect(try Self.pages(of: bytes).last?.range.upperBound == bytes.count)
        }
    }

    @Test func aDamagedPageIsLeftOut() throws {
        var bytes = try Self.opus()
        let pages = try Self.pages(of: bytes)
        try #require(pages.count > 6)
        bytes[pages[4].range.lowerBound + 100] ^= 1
        let source = try ByteSource(.bytes(bytes))
        #expect(
            try OggWalk(source).links.first?.ranges
                == [0..<pages[4].range.lowerBound, pages[4].range.upperBound..<bytes.count])
        let found = try #require(try milliseconds(bytes))
        #expect((4500...5500).contains(found), "\(found)")
    }

    @Test(arguments: [0, 1])
    func damagedHeadersAreNoAudio(_ page: Int) throws {
        var bytes = try Self.opus()
        bytes[try Self.pages(of: bytes)[page].range.lowerBound + 40] ^= 1
        #expect(try milliseconds(bytes) == nil)
    }

    /// A decoder that sees such a stamp sizes a buffer by the difference.
    @Test(arguments: [-1, -5_000_000_000, Int64.min, Int64.max, 1 << 47 + 1] as [Int64])
    func timeStampsThatRunWildAreLeftOut(_ granule: Int64) throws {
        var bytes = try Self.opus()
        let pages = try Self.pages(of: bytes)
        for page in [pages[4], pages[pages.count - 1]] {
            bytes.replaceSubrange(page.range.lowerBound + 6..<page.range.lowerBound + 14, with: WaveHeaderTests.little(granule))
            Self.sign(&bytes, page.range)
        }
        let found = try #require(try milliseconds(bytes))
        #expect((3000...5500).contains(found), "\(found)")
    }

    @Test func linksOfAChainAreHeardOneAfterTheOther() throws {
        let bytes = try Self.opus()
        for (format, sampleRate, pitches) in [(FileFormat.oggVorbis, 8000, [900.0]), (.oggVorbis, 44100, [900, 900]), (.oggOpus, 48000, [900, 900])] {
            let other = try AudioSamples.tones(pitches, seconds: 2, sampleRate: sampleRate).encoded(as: format)
            for chain in [bytes + other, bytes + Array("junk".utf8) + other] {
                let found = try #require(try facts(chain))
                #expect(abs(found.durationMilliseconds - 8000) <= 1, "\(found)")
                #expect(found.channels == pitches.count && found.sampleRate == 48000 && !found.isIncomplete, "\(found)")
                let last = AudioSamples(
                    interleaved: Array(try AudioSamples.decoded(chain).interleaved.suffix(48000 * pitches.count)), sampleRate: 48000, channels: pitches.count)
                for channel in pitches.indices { #expect(last.pitch(ofChannel: channel) == 900) }
            }
        }
        // The same serial number twice.
        #expect(try milliseconds(bytes + bytes) == 12_000)
    }

    /// A stream that begins beside the sound is no link of it.
    @Test func aStreamBesideIsLeftOut() throws {
        let bytes = try Self.opus()
        let first = try Self.pages(of: bytes)[0]
        var other = Array(bytes[first.range])
        other.replaceSubrange(14..<18, with: [9, 9, 9, 9])
        other.replaceSubrange(first.bodyStart..<first.bodyStart + 8, with: Array("whatever".utf8))
        Self.sign(&other, other.indices)
        #expect(try milliseconds(other + bytes) == 6000)
        #expect(try milliseconds(Array(bytes[first.range]) + other + Array(bytes[first.range.upperBound...])) == 6000)
    }

    @Test func whatIsLostIsTold() throws {
        let bytes = try Self.opus()
        #expect(try facts(bytes)?.isIncomplete == false)
        #expect(try facts(Array(bytes[..<(bytes.count / 2)]))?.isIncomplete == true)
        var damaged = bytes
        damaged[try Self.pages(of: bytes)[4].range.lowerBound + 100] ^= 1
        #expect(try facts(damaged)?.isIncomplete == true)
        // The second link's headers are damaged: the first is heard, the third too.
        var second = bytes
        second[40] ^= 1
        let chain = try #require(try facts(bytes + second + bytes))
        #expect(chain.durationMilliseconds == 12_000 && chain.isIncomplete, "\(chain)")
    }

    @Test func junkBetweenPagesIsSteppedOver() throws {
        let bytes = try Self.opus()
        let cut = try Self.pages(of: bytes)[4].range.lowerBound
        #expect(try milliseconds(Array(bytes[..<cut]) + Array("OggOggSOggS\0\0".utf8) + [UInt8](repeating: 0, count: 70_000) + Array(bytes[cut...])) == 6000)
    }

    @Test(arguments: [1, 8, 9, 0, 255] as [UInt8])
    func channelsInTheOpusHeader(_ channels: UInt8) throws {
        var bytes = try Self.opus(1)
        let first = try Self.pages(of: bytes)[0]
        bytes[first.bodyStart + 9] = channels
        Self.sign(&bytes, first.range)
        #expect((try milliseconds(bytes) != nil) == (channels == 1))
    }

    @Test(arguments: [0, 3999, 384_001, 1_000_000_000] as [UInt32])
    func ratesInTheVorbisHeader(_ rate: UInt32) throws {
        var bytes = try AudioSamples.murmur(seconds: 1).encoded(as: .oggVorbis)
        let first = try Self.pages(of: bytes)[0]
        bytes.replaceSubrange(first.bodyStart + 12..<first.bodyStart + 16, with: WaveHeaderTests.little(rate))
        Self.sign(&bytes, first.range)
        #expect(try milliseconds(bytes) == nil)
    }

    /// Pages of half the file inside pages of half the file: summed again and again, that would be quadratic.
    @Test func overlappingPagesAreNotSummedForEver() throws {
        var bytes = try Self.opus(1)
        let fake = Array("OggS".utf8) + [UInt8](repeating: 0, count: 22) + [255] + [UInt8](repeating: 255, count: 255)
        for _ in 0..<2000 { bytes += fake }
        let source = try ByteSource(.bytes(bytes))
        #expect(try OggWalk(source).links.first?.ranges.first?.lowerBound == 0)
        #expect(try milliseconds(bytes) == 1000)
    }

    // MARK: Vorbis code books

    /// Bits from the lowest upwards.
    private struct BitWriter {
        var bytes: [UInt8] = Array("\u{5}vorbis".utf8)
        private var used = 0

        mutating func write(_ value: Int, _ count: Int) {
            for bit in 0..<count {
                if used % 8 == 0 { bytes.append(0) }
                bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << (used % 8)
                used += 1
            }
        }
    }

    private static func setup(books: Int, entries: Int, dimensions: Int = 1) -> [UInt8] {
        var bits = BitWriter()
        bits.write(books - 1, 8)
        for _ in 0..<books {
            bits.write(0x564342, 24)
            bits.write(dimensions, 16)
            bits.write(entries, 24)
            // Ordered: all entries in one run, of the length that makes a full tree.
            bits.write(1, 1)
            bits.write(Int.bitWidth - entries.leadingZeroBitCount - 2, 5)
            bits.write(entries, Int.bitWidth - entries.leadingZeroBitCount)
            bits.write(0, 4)
        }
        return bits.bytes
    }

    @Test(arguments: [(1, 1 << 18, true), (1, 1 << 20, false), (4, 1 << 16, true), (5, 1 << 16, false), (256, 1 << 22, false)])
    func codeBooksOfABoundedSize(_ books: Int, _ entries: Int, _ accepted: Bool) {
        let packet = Self.setup(books: books, entries: entries)
        if accepted {
            #expect(throws: Never.self) { try VorbisSetup.check(packet) }
        } else {
            #expect(throws: AudioError.undecodable) { try VorbisSetup.check(packet) }
        }
    }

    @Test func dimensionsCountToo() {
        #expect(throws: AudioError.undecodable) { try VorbisSetup.check(Self.setup(books: 1, entries: 1 << 10, dimensions: 257)) }
    }

    @Test func cutAndRandomSetUpsAreRefused() throws {
        var random = SplitMix64(seed: 11)
        let good = Self.setup(books: 3, entries: 512)
        try VorbisSetup.check(good)
        for length in 0..<good.count { #expect(throws: AudioError.undecodable) { try VorbisSetup.check(Array(good[..<length])) } }
        for _ in 0..<2000 {
            var packet = good
            for index in 8..<packet.count { packet[index] = Bool.random(using: &random) ? packet[index] : .random(in: 0...255, using: &random) }
            do { try VorbisSetup.check(packet) } catch { #expect(error == .undecodable) }
        }
    }

    /// A hundred bytes that would take gigabytes.
    @Test func aMemoryBombIsNotDecoded() throws {
        var bytes = try AudioSamples.murmur(seconds: 1).encoded(as: .oggVorbis)
        let pages = try Self.pages(of: bytes)
        // The comment and set-up headers share the second page.
        let bomb = Self.setup(books: 256, entries: 1 << 22)
        let comment = Array("\u{3}vorbis".utf8) + [UInt8](repeating: 0, count: 8) + [1]
        let lacing = [UInt8(comment.count)] + [UInt8](repeating: 255, count: bomb.count / 255) + [UInt8(bomb.count % 255)]
        var page = Array(bytes[pages[1].range.lowerBound..<pages[1].range.lowerBound + 26]) + [UInt8(lacing.count)] + lacing + comment + bomb
        Self.sign(&page, page.indices)
        bytes = Array(bytes[pages[0].range]) + page + Array(bytes[pages[2].range.lowerBound...])
        #expect(throws: AudioError.undecodable) { try OggInput.decoder(of: ByteSource(.bytes(bytes))) }
        #expect(try milliseconds(bytes) == nil)
    }
}
