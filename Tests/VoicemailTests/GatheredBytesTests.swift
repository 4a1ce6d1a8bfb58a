import NIOCore
import TestKit
import Testing
import Voicemail

@Suite struct GatheredBytesKept {
    @Test func keepTheirOrderHoweverTheyCome() {
        var random = Seeds()
        var (gathered, expected) = Self.random(200, longest: 9000, &random)
        #expect(gathered.count == expected.count)
        #expect(gathered.take().flatMap { Array($0.readableBytesView) } == expected)
        #expect(gathered.count == 0)
        #expect(gathered.take().isEmpty)
    }

    @Test func areReadFromAnyOffsetAcrossTheirPieces() {
        var random = Seeds()
        let (gathered, expected) = Self.random(60, longest: 9000, &random)
        var places = (0..<300).map { _ in (Int.random(in: 0...expected.count, using: &random), Int.random(in: 0...30_000, using: &random)) }
        // Each piece's first byte, the one before it, all, the last, and beyond.
        var start = 0
        for piece in gathered.pieces {
            places += [(start, 1), (max(0, start - 1), 2), (start, piece.readableBytes), (start, piece.readableBytes + 1)]
            start += piece.readableBytes
        }
        places += [(0, expected.count), (expected.count - 1, 1), (expected.count - 1, 9), (expected.count, 4), (expected.count + 1, 4), (-1, 4), (5, 0)]
        for (offset, count) in places {
            var copy = [UInt8](repeating: 0xEE, count: count)
            let copied = copy.withUnsafeMutableBytes { gathered.copy(from: offset, to: $0) }
            let there = expected.indices.contains(offset) ? Array(expected[offset...].prefix(count)) : []
            #expect(copied == there.count, "\(offset) + \(count)")
            #expect(Array(copy.prefix(copied)) == there, "\(offset) + \(count)")
            #expect(copy.dropFirst(copied).allSatisfy { $0 == 0xEE }, "\(offset) + \(count)")
        }
    }

    @Test func ofNothingAreNothing() {
        var nothing = GatheredBytes()
        nothing.append(ByteBuffer())
        #expect(nothing.count == 0)
        #expect(nothing.pieces.isEmpty)
        var copy: [UInt8] = [1, 2]
        #expect(copy.withUnsafeMutableBytes { nothing.copy(from: 0, to: $0) } == 0)
        #expect(copy == [1, 2])
    }

    /// A slow client's single bytes, each a slice of a whole socket buffer.
    @Test func doNotHoldOnToWhatTheyComeFrom() {
        var gathered = GatheredBytes()
        for _ in 0..<10_000 {
            var buffer = ByteBuffer(repeating: 7, count: 65_536)
            buffer.moveReaderIndex(forwardBy: 65_535)
            gathered.append(buffer)
        }
        let held = gathered.take().reduce(0) { $0 + $1.storageCapacity }
        #expect(held <= 65_536)
    }

    /// What is given to one reader does not change when more comes.
    @Test func areAValue() {
        var gathered = GatheredBytes()
        gathered.append(ByteBuffer(bytes: [1, 2, 3]))
        let before = gathered
        gathered.append(ByteBuffer(bytes: [4]))
        #expect(before.count == 3)
        #expect(before.pieces.map { Array($0.readableBytesView) } == [[1, 2, 3]])
        #expect(gathered.pieces.map { Array($0.readableBytesView) } == [[1, 2, 3, 4]])
    }

    private static func random(_ count: Int, longest: Int, _ random: inout Seeds) -> (GatheredBytes, [UInt8]) {
        var gathered = GatheredBytes()
        var expected: [UInt8] = []
        for index in 0..<count {
            let bytes = Bytes.pattern(Int.random(in: 0...longest, using: &random), seed: UInt64(index))
            var buffer = ByteBuffer(bytes: [UInt8](repeating: 0, count: Int.random(in: 0...20_000, using: &random)) + bytes)
            buffer.moveReaderIndex(forwardBy: buffer.readableBytes - bytes.count)
            gathered.append(buffer)
            expected += bytes
        }
        return (gathered, expected)
    }
}

private struct Seeds: RandomNumberGenerator {
    var state: UInt64 = 5

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 31)
    }
}
