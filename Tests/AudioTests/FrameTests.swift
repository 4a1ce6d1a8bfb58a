import TestKit
import Testing
import Voicemail

@testable import Audio

/// Headers of frames and pages, each part of them with every value that it can have.
@Suite struct FrameTests {
    // MARK: MPEG

    private struct Stated: Equatable {
        var version: MPEGFrame.Version
        var sampleRate: Int
        var channels: Int
        var byteCount: Int
        var mainDataOffset: Int
    }

    /// Kilobits of layer III, from ISO/IEC 11172-3 table 2.4.2.3 and 13818-3 table 2.4.2.3.
    private static let first = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        second = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

    /// By another hand: a frame has 1152 samples in the first version and 576 in the others.
    private static func stated(_ bits: UInt32) -> Stated? {
        func field(_ shift: UInt32, _ width: UInt32) -> Int { Int(bits >> shift & (1 << width - 1)) }
        let versions: [Int: (MPEGFrame.Version, Int, Int)] = [3: (.mpeg1, 1, 1152), 2: (.mpeg2, 2, 576), 0: (.mpeg25, 4, 576)]
        guard field(21, 11) == 2047, field(17, 2) == 1, let (version, divisor, samples) = versions[field(19, 2)] else { return nil }
        let rateIndex = field(12, 4), frequency = field(10, 2), emphasis = field(0, 2)
        guard rateIndex != 0, rateIndex != 15, frequency != 3, emphasis != 2 else { return nil }
        let kilobits = (divisor == 1 ? first : second)[rateIndex - 1], hertz = [44_100, 48_000, 32_000][frequency] / divisor
        let channels = field(6, 2) == 3 ? 1 : 2
        let side = divisor == 1 ? (channels == 2 ? 32 : 17) : (channels == 2 ? 17 : 9)
        return Stated(
            version: version, sampleRate: hertz, channels: channels, byteCount: samples / 8 * kilobits * 1000 / hertz + field(9, 1),
            mainDataOffset: 4 + (field(16, 1) == 0 ? 2 : 0) + side)
    }

    private static func bytes(_ bits: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * UInt32($0))) } }

    @Test func everyHeaderOfAnMPEGFrame() {
        var taken = 0
        // What is private, copied and original says nothing of a frame: bits 8, 3 and 2 stay as they are. Of the extension of a mode one bit is tried.
        var lowers: [UInt32] = []
        for rates in UInt32(0)..<256 where rates & 1 == 0 {
            for rest: UInt32 in 0..<256 where rest & 0b1_1100 == 0 { lowers.append(rates << 8 | rest) }
        }
        for upper in UInt32(0xFFE0)...0xFFFF {
            for lower in lowers {
                let bits = upper << 16 | lower, expected = Self.stated(bits)
                let frame = MPEGFrame(Self.bytes(bits))
                let read = frame.map {
                    Stated(version: $0.version, sampleRate: $0.sampleRate, channels: $0.channels, byteCount: $0.byteCount, mainDataOffset: $0.mainDataOffset)
                }
                if read != expected { Issue.record("\(String(bits, radix: 16)): \(String(describing: read))") }
                if frame != nil { taken += 1 }
            }
        }
        // Three versions, two kinds of checksum, 14 rates, 3 frequencies, 2 paddings, 4 modes, 2 extensions, 3 emphases.
        #expect(taken == 3 * 2 * 14 * 3 * 2 * 4 * 2 * 3)
    }

    @Test func withoutTheSignOfAFrameNothingIsOne() {
        for first in UInt8.min...0xFE { #expect(MPEGFrame([first, 0xFB, 0x90, 0x64]) == nil) }
        for second in UInt8.min...0xDF { #expect(MPEGFrame([0xFF, second, 0x90, 0x64]) == nil) }
        for count in 0..<4 { #expect(MPEGFrame([0xFF, 0xFB, 0x90, 0x64].prefix(count)) == nil) }
        #expect(MPEGFrame([0xFF, 0xFB, 0x90, 0x64, 0, 0]) == MPEGFrame([0xFF, 0xFB, 0x90, 0x64]))
    }

    @Test func framesOfOneStream() throws {
        func frame(_ bits: UInt32) throws -> MPEGFrame { try #require(MPEGFrame(Self.bytes(bits))) }
        let plain = try frame(0xFFFB_9064)
        // Another bit rate, joint stereo, a checksum and padding are the same stream; another frequency, version or one channel are not.
        for other: UInt32 in [0xFFFB_B064, 0xFFFB_9024, 0xFFFA_9064, 0xFFFB_9264] { #expect(try plain.isFollowed(by: frame(other))) }
        for other: UInt32 in [0xFFFB_9464, 0xFFF3_9064, 0xFFE3_9064, 0xFFFB_90C4] { #expect(try !plain.isFollowed(by: frame(other))) }
    }

    // MARK: Ogg

    /// A page as RFC 3533 §6 lays it out, with a checksum by another hand: bit by bit.
    private static func page(flags: UInt8 = 0, granule: UInt64 = 0, serial: UInt32 = 1, sequence: UInt32 = 0, version: UInt8 = 0, _ lacing: [UInt8]) -> [UInt8]
    {
        func little(_ value: UInt64, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) } }
        let body = (0..<lacing.reduce(0) { $0 + Int($1) }).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var page = Array("OggS".utf8) + [version, flags] + little(granule, 8) + little(UInt64(serial), 4) + little(UInt64(sequence), 4) + [0, 0, 0, 0]
        page += [UInt8(lacing.count)] + lacing + body
        var remainder: UInt32 = 0
        for byte in page {
            for bit in (0..<8).reversed() {
                let isSet = remainder >> 31 ^ UInt32(byte >> UInt8(bit) & 1) == 1
                remainder = remainder << 1 ^ (isSet ? 0x04C1_1DB7 : 0)
            }
        }
        page.replaceSubrange(22..<26, with: little(UInt64(remainder), 4))
        return page
    }

    private func read(_ bytes: [UInt8], at offset: Int = 0) throws -> OggPage? {
        var checked = 0
        return try OggPage(in: try ByteSource(.bytes(bytes)), at: offset, checked: &checked)
    }

    @Test func partsOfAPage() throws {
        let bytes = Self.page(flags: 3, granule: 0xFEDC_BA98_7654_3210, serial: 0xDEAD_BEEF, sequence: 0xCAFE_0001, [255, 3, 0])
        let page = try #require(try read([1, 2, 3] + bytes + [4], at: 3))
        #expect(page.isContinued && page.isFirst && page.serial == 0xDEAD_BEEF && page.sequence == 0xCAFE_0001)
        #expect(page.granule == Int64(bitPattern: 0xFEDC_BA98_7654_3210) && page.lacing == [255, 3, 0] && page.endsPacket)
        #expect(page.range == 3..<(3 + bytes.count) && page.bodyStart == 3 + 27 + 3)
        let plain = try #require(try read(Self.page([])))
        #expect(!plain.isContinued && !plain.isFirst && !plain.endsPacket && plain.range == 0..<27 && plain.bodyStart == 27)
        let open = try #require(try read(Self.page(flags: 4, granule: .max, [255, 255])))
        #expect(!open.isContinued && !open.isFirst && !open.endsPacket && open.granule == -1)
        // As many pieces as a page can have.
        let full = Self.page([UInt8](repeating: 255, count: 255))
        #expect(try read(full)?.range == 0..<(27 + 255 + 255 * 255))
    }

    @Test func noBitOfAPageMayBeAnother() throws {
        let bytes = Self.page(flags: 2, granule: 960, serial: 7, sequence: 3, [20, 255, 9])
        for place in bytes.indices {
            for bit in 0..<8 {
                var other = bytes
                other[place] ^= 1 << UInt8(bit)
                if try read(other) != nil { Issue.record("\(place) \(bit)") }
            }
        }
        for count in 0..<bytes.count { if try read(Array(bytes.prefix(count))) != nil { Issue.record("\(count)") } }
        #expect(try read(Self.page(version: 1, [1])) == nil && read(bytes, at: 1) == nil && read(bytes, at: bytes.count) == nil)
    }

    // MARK: Channels

    @Test func channelsAreAsTheyAreOrOne() {
        func mixed(_ channels: Int, mono: Bool, _ samples: [Float]) -> [Float] {
            var result: [Float] = [9, 9, 9]
            Mixer(channels: channels, mono: mono).mix(samples[...], into: &result)
            return result
        }
        #expect(
            mixed(1, mono: false, [0.5, -0.5]) == [0.5, -0.5] && mixed(1, mono: true, [0.25]) == [0.25] && mixed(2, mono: false, [0.5, -0.5]) == [0.5, -0.5])
        #expect(mixed(2, mono: true, [0.5, -0.25, 1, 1]) == [0.125, 1] && mixed(3, mono: false, [0.5, 0.25, 0]) == [0.25])
        #expect(mixed(4, mono: true, [1, 1, -1, -1, 0.5, 0.5, 0.5, 0.5]) == [0, 0.5] && mixed(2, mono: true, []) == [])
        // What is no number is silence, and what is too loud is as loud as may be: neither spreads to what is beside it.
        #expect(mixed(1, mono: false, [.nan, 0.5]) == [0, 0.5] && mixed(2, mono: true, [.nan, 0.5]) == [0.25])
        #expect(Mixer(channels: 2, mono: false).outputs == 2 && Mixer(channels: 3, mono: false).outputs == 1 && Mixer(channels: 1, mono: true).inputs == 1)
        // A piece of a longer sound is mixed from where it begins.
        var piece: [Float] = []
        Mixer(channels: 2, mono: true).mix([0.5, 0.5, 0.25, 0.75, 1, 1][2..<4], into: &piece)
        #expect(piece == [0.5])
    }
}
