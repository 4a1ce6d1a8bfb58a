import SIP
import TestKit
import Testing

@Suite("A recording is laid down by timestamps")
struct TakeTests {
    private static func packet(_ sequence: Int, _ timestamp: Int, source: UInt32 = 1) throws -> RTPPacket {
        let bytes: [UInt8] =
            [0x80, 0, UInt8(sequence >> 8 & 255), UInt8(sequence & 255)]
            + (0..<4).map { UInt8(truncatingIfNeeded: timestamp >> (24 - 8 * $0)) } + (0..<4).map { UInt8(truncatingIfNeeded: source >> (24 - 8 * UInt32($0))) }
        return try #require(bytes.withUnsafeBytes { RTPPacket($0) })
    }

    /// Packets of ten samples, each with its number in them.
    private static func lay(_ order: [Int], firstSequence: Int = 0, firstTimestamp: Int = 0, drainingAfter: Set<Int> = []) throws -> (
        bytes: [UInt8], take: Take
    ) {
        var take = Take(silence: 255), bytes: [UInt8] = []
        for (index, number) in order.enumerated() {
            take.put(
                try packet(firstSequence + number & 0xFFFF, firstTimestamp + number * 160), [UInt8](repeating: UInt8(number), count: 160), now: number * 160)
            if drainingAfter.contains(index) { bytes += take.drain() }
        }
        return (bytes + take.finish(), take)
    }

    @Test("In any order within the time that packets may be late, it is the same sound", arguments: 0..<20)
    func anyOrder(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var order = Array(1...40)
        // No packet is more than eight places away from its own.
        for start in stride(from: 0, to: 40, by: 8) { order[start..<(start + 8)].shuffle(using: &random) }
        let (bytes, take) = try Self.lay([0] + order, drainingAfter: Set(0..<41))
        #expect(bytes == (0...40).flatMap { [UInt8](repeating: UInt8($0), count: 160) })
        #expect(take.lost == 0 && take.late == 0 && take.received == 41)
    }

    @Test("Numbers and timestamps begin anew after their highest")
    func wraps() throws {
        let (bytes, take) = try Self.lay(Array(0..<20), firstSequence: 0xFFFF - 5, firstTimestamp: 0xFFFF_FFFF - 800)
        #expect(bytes == (0..<20).flatMap { [UInt8](repeating: UInt8($0), count: 160) })
        #expect(take.lost == 0)
    }

    @Test("What comes after its place was given out is counted, and changes nothing")
    func late() throws {
        let (bytes, take) = try Self.lay(Array(0..<5) + Array(6..<30) + [5], drainingAfter: Set(0..<40))
        #expect(bytes.count == 30 * 160)
        #expect(bytes[(5 * 160)..<(6 * 160)].allSatisfy { $0 == 255 })
        #expect(take.late == 1)
    }

    @Test("A timestamp that jumps far is another clock: the sound goes on where it ended")
    func jump() throws {
        var take = Take(silence: 255)
        for number in 0..<10 { take.put(try Self.packet(number, number * 160), [UInt8](repeating: 1, count: 160), now: number * 160) }
        for number in 10..<20 { take.put(try Self.packet(number, 900_000_000 + number * 160), [UInt8](repeating: 2, count: 160), now: number * 160) }
        let bytes = take.finish()
        #expect(bytes == [UInt8](repeating: 1, count: 1600) + [UInt8](repeating: 2, count: 1600))
        #expect(take.lost == 0)
    }

    @Test("Whatever comes, nothing traps and nothing grows beyond its time", arguments: 0..<5)
    func hostile(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var take = Take(silence: 255), given = 0
        for step in 0..<1000 {
            let source: UInt32 = Int.random(in: 0..<20, using: &random) == 0 ? .random(in: 0...3, using: &random) : 1
            let packet = try Self.packet(Int(UInt16.random(in: 0...(.max), using: &random)), Int(UInt32.random(in: 0...(.max), using: &random)), source: source)
            take.put(packet, [UInt8](repeating: 7, count: Int.random(in: 0...400, using: &random)), now: step * 160)
            if step % 5 == 0 { given += take.drain().count }
        }
        given += take.finish().count
        // A packet may be two seconds ahead of the clock or of the sound before it; no more than one of them at a time can be.
        #expect(given <= 1000 * 160 + 1000 * 400 + 40_000)
    }
}
