import TestKit
import Testing

@testable import SIP

@Suite("What came is counted as RFC 3550 has it")
struct ReceptionTests {
    private static func packet(_ sequence: UInt16, _ timestamp: UInt32, source: UInt32 = 7) throws -> RTPPacket {
        var bytes = [UInt8](repeating: 0, count: 12)
        bytes.withUnsafeMutableBytes {
            RTPPacket.writeHeader(to: $0, payloadType: 0, isMarked: false, sequence: sequence, timestamp: timestamp, source: source)
        }
        return try #require(bytes.withUnsafeBytes { RTPPacket($0) })
    }

    private struct Block: Equatable {
        var source: UInt32 = 7
        var fraction = 0
        var lost = 0
        var highest: UInt32 = 0
        var jitter: UInt32 = 0
        var time: UInt32 = 0
        var delay: UInt32 = 0
    }

    private func read(_ bytes: [UInt8]) -> Block? {
        guard bytes.count == 24 else { return nil }
        func word(_ place: Int) -> UInt32 { bytes[place..<(place + 4)].reduce(0) { $0 << 8 | UInt32($1) } }
        let lost = Int(word(4) & 0xFF_FFFF)
        return Block(
            source: word(0), fraction: Int(bytes[4]), lost: lost >= 0x80_0000 ? lost - 0x100_0000 : lost, highest: word(8), jitter: word(12), time: word(16),
            delay: word(20))
    }

    @Test("A stream without loss loses nothing, and its numbers go on beyond their highest")
    func whole() throws {
        var statistics = ReceptionStatistics(try Self.packet(65_530, 0))
        for index in 0..<20 { statistics.note(try Self.packet(65_530 &+ UInt16(index), UInt32(index * 160)), clockRate: 8000, came: UInt64(1000 + 20 * index)) }
        #expect(read(statistics.block(now: 0)) == Block(highest: 65_549))
        // Nothing came since: nothing was lost since.
        #expect(read(statistics.block(now: 0)) == Block(highest: 65_549))
    }

    @Test("The part that was lost is that since the last report, the number is of all")
    func lost() throws {
        var statistics = ReceptionStatistics(try Self.packet(0, 0))
        func hear(_ numbers: [Int]) throws {
            for number in numbers { statistics.note(try Self.packet(UInt16(number), UInt32(number * 160)), came: UInt64(number * 20)) }
        }
        try hear([0, 1, 2, 4, 5, 7])
        // Two of eight.
        #expect(read(statistics.block(now: 0)) == Block(fraction: 64, lost: 2, highest: 7))
        try hear([8, 9, 10, 11])
        #expect(read(statistics.block(now: 0)) == Block(fraction: 0, lost: 2, highest: 11))
        try hear([19])
        // Seven of eight.
        #expect(read(statistics.block(now: 0)) == Block(fraction: 224, lost: 9, highest: 19))
        // What comes late after all was not lost; more than were expected is no part.
        try hear([12, 13, 14])
        #expect(read(statistics.block(now: 0)) == Block(fraction: 0, lost: 6, highest: 19))
    }

    @Test("Doubled packets make it less than nothing, and no number is outgrown")
    func bounds() throws {
        var statistics = ReceptionStatistics(try Self.packet(5, 0))
        for _ in 0..<10 { statistics.note(try Self.packet(5, 0), came: 0) }
        #expect(read(statistics.block(now: 0)) == Block(lost: -9, highest: 5))
        // Ten million that never came, in steps that one may be ahead.
        var number: UInt16 = 5
        for _ in 0..<320 {
            number &+= 32_000
            statistics.note(try Self.packet(number, 0), came: 0)
        }
        let block = try #require(read(statistics.block(now: 0)))
        #expect(block.lost == 0x7F_FFFF && block.fraction == 255 && block.highest == 5 + 320 * 32_000)
    }

    /// RFC 3550 A.8, by another hand: in whole numbers, sixteen times as fine.
    @Test("Jitter is reckoned as the RFC's example does", arguments: [8000, 48_000])
    func jitter(rate: Int) throws {
        var random = SeededRandom(seed: 8), statistics = ReceptionStatistics(try Self.packet(0, 0))
        var expected: UInt32 = 0, transit: Int64?
        for index in 0..<500 {
            let came = UInt64(20 * index + Int.random(in: 0...60, using: &random)), timestamp = index * rate / 50
            statistics.note(try Self.packet(UInt16(index), UInt32(timestamp)), clockRate: rate, came: came)
            let now = Int64(came) * Int64(rate / 1000) - Int64(timestamp)
            if let before = transit { expected = expected + UInt32(abs(now - before)) - ((expected + 8) >> 4) }
            transit = now
        }
        let block = try #require(read(statistics.block(now: 0)))
        #expect(block.jitter == expected >> 4 && block.jitter > UInt32(rate / 200))
    }

    @Test("A jump of a clock is no jitter, and neither is a change of its rate")
    func jumps() throws {
        var statistics = ReceptionStatistics(try Self.packet(0, 0))
        statistics.note(try Self.packet(0, 0), clockRate: 8000, came: 0)
        statistics.note(try Self.packet(1, 4_000_000_000), clockRate: 8000, came: 20)
        statistics.note(try Self.packet(2, 4_000_000_160), clockRate: 8000, came: 40)
        #expect(read(statistics.block(now: 0))?.jitter == 0)
        statistics.note(try Self.packet(3, 77), clockRate: 48_000, came: 60)
        statistics.note(try Self.packet(4, 77 + 960), clockRate: 48_000, came: 80)
        #expect(read(statistics.block(now: 0))?.jitter == 0)
        // One that does not say its rate is of that of those before: a hundred milliseconds late by that.
        statistics.note(try Self.packet(5, 77 + 1920), came: 200)
        #expect(read(statistics.block(now: 0))?.jitter == 4800 >> 4)
    }

    @Test("The other side's time goes back with how long ago it came, in parts of a second of 65,536")
    func delay() throws {
        var statistics = ReceptionStatistics(try Self.packet(0, 0))
        #expect(read(statistics.block(now: 5000))?.time == 0)
        statistics.noteReport(time: 0xABCD_1234, now: 1000)
        let soon = read(statistics.block(now: 3500)), at = read(statistics.block(now: 1000))
        #expect(soon?.time == 0xABCD_1234 && soon?.delay == 163_840 && at?.delay == 0)
    }

    // MARK: Which packets there were

    @Test("Packets count once, in any order, and those that never came are the gaps", arguments: 0..<8)
    func window(seed: UInt64) {
        var random = SeededRandom(seed: seed), window = SequenceWindow(), sent = (0..<2000).filter { _ in Int.random(in: 0..<10, using: &random) > 0 }
        guard let last = sent.last, let first = sent.first else { return }
        for start in stride(from: 0, to: sent.count - 10, by: 10) { sent[start..<(start + 10)].shuffle(using: &random) }
        // The first and the last stand where they are, so that the gaps are between them.
        sent = [first] + sent.filter { $0 != first && $0 != last } + [last]
        let begin = UInt16.random(in: 0...(.max), using: &random)
        var new = 0, doubled = 0, copies = 0
        for number in sent {
            for copy in 0..<Int.random(in: 1...2, using: &random) {
                copies += copy
                switch window.note(begin &+ UInt16(number)) {
                case .new: new += copy == 0 ? 1 : 1000
                case .duplicate: doubled += copy == 1 ? 1 : 1000
                case .foreign: new += 100_000
                }
            }
        }
        #expect(new == sent.count && window.received == sent.count && doubled == copies && copies > 500)
        #expect(window.lost == last - first + 1 - sent.count)
    }

    @Test("What is too far from the others is another stream, on either side, and leaves no trace")
    func foreign() {
        var window = SequenceWindow()
        #expect(window.lost == 0 && window.received == 0)
        var verdicts = [window.note(100), window.note(3100)]
        #expect(verdicts == [.new, .new] && window.lost == 2999)
        verdicts = [window.note(6101), window.note(99), window.note(40_000)]
        #expect(verdicts == [.foreign, .foreign, .foreign] && window.received == 2)
        // As far as one may be, it is late: of what is older than is remembered nobody knows whether it came.
        verdicts = [window.note(100), window.note(3036), window.note(3037), window.note(3037)]
        #expect(verdicts == [.duplicate, .duplicate, .new, .duplicate])
    }

    @Test("One that comes before the first of all makes the beginning earlier")
    func earlier() {
        var window = SequenceWindow()
        let verdicts = [window.note(1), window.note(65_535), window.note(0), window.note(2)]
        #expect(verdicts == [.new, .new, .new, .new] && window.lost == 0 && window.received == 4)
    }
}
